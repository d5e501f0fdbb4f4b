import type { PasswordRule } from '@portcullis/contracts/password';
import { describe, expect, test } from 'vitest';
import { judgePassword } from './password.ts';

const policy = {
  minLength: 15,
  serviceName: 'Portcullis',
  isCommon: (password: string) => password === 'iloveyouforever',
};
const owner = { email: 'Alice.Wonder+auth@mail.example.com', name: 'Alice Wonder' };
const judge = (password: string, about: { email: string; name?: string | null } = owner) =>
  judgePassword(password, about, policy);

describe('accepted', () => {
  test.each([
    'correct-horse-battery-staple-42',
    'correct horse battery staple',
    'the portcullis in my street is old',
    'alice likes nine green apples',
    'what example.com sells is cheese',
    '   leading and trailing   ',
    'ﬁve ﬂuﬀy oﬃces in a row',
    'ключ под ковриком у двери',
    '鍵は植木鉢の下にありますよね本当に',
    '🦊🐢🦉🐝🦋🐙🦀🐧🦔🐿🦩🐊🦒🐘🦚',
    'qwerty is how it starts',
    '12345 horses in a field',
    'x9$kQ2vLp!x9$kQ2vLp!',
    "'; DROP TABLE account; --",
  ])('%j', (password) => {
    expect(judge(password)).toEqual([]);
  });
});

describe('refused', () => {
  test.each<[string, PasswordRule[]]>([
    ['', ['too_short', 'common']],
    ['six-teen-less', ['too_short']],
    ['aaaaaaaaaaaaaaaa', ['common']],
    ['abababababababab', ['common']],
    ['abcabcabcabcabcabc', ['common']],
    ['passwordpassword', ['common']],
    ['Passw0rdPassw0rd', ['common']],
    ['0110100110010110', ['common']],
    ['1234567890123456', ['common']],
    ['9876543210987654', ['common']],
    ['1-2-3-4-5-6-7-8-9-0', ['common']],
    ['abcdefghijklmnop', ['common']],
    ['zyxwvutsrqponmlk', ['common']],
    ['AbCdEfGhIjKlMnOp', ['common']],
    ['qwertyuiopasdfgh', ['common']],
    ['asdfghjklqwertyuiop', ['common']],
    ['qwertzuiopyxcvbnm', ['common']],
    ['1qaz2wsx3edc4rfv', ['common']],
    ['zaq12wsxcde34rfv', ['common']],
    ['1q2w3e4r5t6y7u8i', ['common']],
    ['abcdefgh12345678', ['common']],
    ['111222333444555', ['common']],
    ['!!!!!!!!!!!!!!!!', ['common']],
    ['               ', ['common']],
    ['iloveyouforever', ['common']],
    ['Portcullis-2026!', ['context']],
    ['portcullis12345678', ['context']],
    ['PortcullisPortcullis', ['context']],
    ['Alice.Wonder+auth', ['context']],
    ['alicewonder1990!', ['context']],
    ['Wonder, Alice 1990', ['context']],
    ['mail.example.com', ['context']],
    ['Alice.Wonder+auth@mail.example.com', ['context']],
    ['alice@portcullis-2026', ['context']],
    ['🦊'.repeat(1025), ['too_long']],
  ])('%j', (password, rules) => {
    expect(judge(password)).toEqual(rules);
  });
});

describe('length', () => {
  test('is counted in code points', () => {
    expect(judge('🦊🐢🦉🐝🦋🐙🦀🐧🦔🐿🦩🐊🦒🐘')).toEqual(['too_short']);
    const long = Array.from({ length: 1024 }, (_, i) =>
      String.fromCodePoint(0x4e00 + ((i * 7919) % 20_000)),
    ).join('');
    expect(judge(long)).toEqual([]);
    expect(judge(`${long}!`)).toEqual(['too_long']);
  });

  test('is that of the NFC form', () => {
    const marked = 'e\u0301'.repeat(3) + 'brown-fox-9';
    expect([...marked]).toHaveLength(17);
    expect(judge(marked)).toEqual(['too_short']);
  });

  test('follows the configuration', () => {
    expect(judgePassword('nine-birds', owner, { ...policy, minLength: 8 })).toEqual([]);
  });
});

describe('the owner', () => {
  test('who has no name, or a very short one, restricts nothing by it', () => {
    for (const name of [undefined, null, '', 'Al', '. -'])
      expect(
        judge('al al al or somebody', { email: 'a@b.io', ...(name === undefined ? {} : { name }) }),
      ).toEqual([]);
  });

  test('with an address of digits may not use them as the password', () => {
    expect(judge('4917012345678901', { email: '4917012345678901@example.com' })).toEqual(['context']);
  });

  test('is told by all spellings of the same letters', () => {
    expect(judge('Ame\u0301lie-Poulain-1', { email: 'x@y.example', name: 'AM\u00c9LIE POULAIN' })).toEqual([
      'context',
    ]);
  });
});

test('the list is asked for the NFC form', () => {
  const asked: string[] = [];
  judgePassword('Ame\u0301lie und Katze', owner, { ...policy, isCommon: (p) => asked.push(p) < 0 });
  expect(asked).toEqual(['Am\u00e9lie und Katze']);
});

test('judging the longest passwords costs milliseconds', () => {
  const worst = [
    '1234567890'.repeat(103),
    'qwertyuiop'.repeat(103),
    'alicewonder'.repeat(94),
    '1q2w3e'.repeat(171),
  ];
  const started = performance.now();
  for (const text of worst) judge(`${text.slice(0, 1022)}Qx`);
  expect(performance.now() - started).toBeLessThan(1000);
});
