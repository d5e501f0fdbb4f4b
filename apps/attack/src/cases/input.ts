import { newEmail, newPassword } from '../arena.ts';
import { allOf, attack, type Case, eachOf, quickest } from '../case.ts';
import { type Answer, outcome } from '../client/ask.ts';

export const inputCases: Case[] = [
  attack('AT-50', 'NUL in every text', '400 input_invalid', async (arena) => {
    const owner = await arena.signedIn();
    const visitor = arena.visitor({ place: arena.places[0] });
    const [email, password] = [newEmail(), newPassword()];
    return allOf([
      ['e-mail', outcome(await visitor.post('account.signUp', { email: `a\u0000${email}`, password }))],
      ['password', outcome(await visitor.post('account.signUp', { email, password: `${password}\u0000b` }))],
      ['name', outcome(await visitor.post('account.signUp', { email, password, name: 'a\u0000b' }))],
      ['sign-in', outcome(await visitor.post('session.signIn', { email, password: `${password}\u0000` }))],
      ['update', outcome(await owner.post('account.update', { name: '\u0000' }))],
      [
        'reset',
        outcome(await visitor.post('account.resetPassword', { token: `a\u0000`, newPassword: password })),
      ],
      ['revoke', outcome(await owner.post('session.revoke', { sessionId: `${owner.sessionId}\u0000` }))],
      ['cursor', outcome(await owner.get('account.activity', { cursor: 'a\u0000' }))],
    ]);
  }),

  attack(
    'AT-52',
    'passwords of a megabyte, of 1024 characters and of one more',
    '1 MB 413, 10 MB 413, 1025 400, 1024 emoji exact',
    async (arena) => {
      const visitor = arena.visitor();
      const sent = async (password: string) =>
        (await visitor.post('account.signUp', { email: newEmail(), password })).status;
      const emoji = () => String.fromCodePoint(0x1f300 + Math.floor(Math.random() * 0x2ff));
      const long = Array.from({ length: 1_024 }, emoji).join('');
      const email = newEmail();
      const person = arena.visitor();
      const made = await person.post('account.signUp', { email, password: long });
      if (made.status !== 200) return `1024 emoji ${outcome(made)}`;
      await person.post('account.verifyEmail', { token: await arena.link(email, 'verify-email') });
      const signIn = async (password: string) =>
        (await arena.visitor().post('session.signIn', { email, password })).status;
      const cut = [...long].slice(0, -1).join('');
      const exact =
        (await signIn(long)) === 200 && (await signIn(cut)) === 401 && (await signIn(`${cut}x`)) === 401;
      const [mb, mb10, more] = [
        await sent('x'.repeat(1e6)),
        await sent('x'.repeat(1e7)),
        await sent(`${long}x`),
      ];
      return `1 MB ${mb}, 10 MB ${mb10}, 1025 ${more}, 1024 emoji ${exact ? 'exact' : 'not exact'}`;
    },
  ),

  attack(
    'AT-53',
    'spaces, composed letters and letters that only look alike in a password',
    'as typed, composed and decomposed alike, nothing else',
    async (arena) => {
      const email = newEmail();
      const password = '  caf\u00e9 no\u0308n \ufb01fty lanterns \u{1f3ee} ';
      const person = arena.visitor();
      const made = await person.post('account.signUp', { email, password });
      if (made.status !== 200) return outcome(made);
      await person.post('account.verifyEmail', { token: await arena.link(email, 'verify-email') });
      const others = [
        password.trim(),
        password.trimStart(),
        password.trimEnd(),
        password.replace('\ufb01', 'fi'),
        password.toUpperCase(),
        password.replace('\u00e9', 'e'),
        password.replaceAll(' ', '\u00a0'),
      ];
      const same = await eachOf([password, password.normalize('NFD'), password.normalize('NFC')], (text) =>
        arena.visitor().post('session.signIn', { email, password: text }),
      );
      const wrong = await eachOf(others, (text) =>
        arena.visitor().post('session.signIn', { email, password: text }),
      );
      const typed = same[0]?.status === 200 ? 'as typed' : `as typed ${same[0]?.status}`;
      const alike = same.every(({ status }) => status === 200)
        ? 'composed and decomposed alike'
        : 'composed is another';
      const nothing = wrong.every(({ status }) => status === 401) ? 'nothing else' : 'others, too';
      return `${typed}, ${alike}, ${nothing}`;
    },
  ),

  attack(
    'AT-66',
    'SQL and operators in every text',
    '400 or 401 or 404, the service as before',
    async (arena) => {
      const owner = await arena.signedIn();
      const visitor = arena.visitor({ place: arena.places[0] });
      const texts = [
        "' OR '1'='1",
        "'; DROP TABLE portcullis.account; --",
        '$1',
        '%',
        '\\',
        "\\'",
        '${x}',
        '{{7*7}}',
        'a"b',
        '?',
        '::text',
        "E'\\x00'",
      ];
      const operators = [
        { $ne: null },
        { $gt: '' },
        { $or: [{}] },
        { '>=': '' },
        [],
        { email: { $ne: null } },
      ];
      const fine = ({ status }: { status: number }) =>
        [400, 401, 404].includes(status) ? '400 or 401 or 404' : String(status);
      const byText = await eachOf(texts, async (text) => {
        const answers = [
          await visitor.post('session.signIn', { email: `x${text}@example.test`, password: newPassword() }),
          await visitor.post('account.resetPassword', { token: text, newPassword: newPassword() }),
          await visitor.post('session.refresh', { refreshToken: text }),
          await owner.post('session.revoke', { sessionId: text }),
          await owner.get('account.activity', { cursor: text }),
        ];
        return [text, allOf(answers.map((answer, at) => [String(at), fine(answer)]))] as const;
      });
      const byOperator = await eachOf(operators, async (value) => {
        const answers = [
          await visitor.post('session.signIn', { email: value, password: value }),
          await owner.post('session.revoke', { sessionId: value }),
          await owner.get('account.activity', { limit: value }),
          await owner.post('account.update', { name: value }),
        ];
        return [
          JSON.stringify(value),
          allOf(answers.map((answer, at) => [String(at), fine(answer)])),
        ] as const;
      });
      const harmless = await owner.post('account.update', { name: "Robert'); DROP TABLE account; --" });
      const me = await owner.get('account.me');
      const kept =
        (me.data?.['account'] as { name?: string } | undefined)?.name === "Robert'); DROP TABLE account; --";
      return `${allOf([...byText, ...byOperator])}, ${harmless.status === 200 && kept ? 'the service as before' : 'changed'}`;
    },
  ),

  attack(
    'AT-67',
    'Redis commands in every text that may become a key',
    '400 or 401 or 404, Redis as before',
    async (arena) => {
      const owner = await arena.signedIn();
      const visitor = arena.visitor({ place: arena.places[0] });
      const texts = [
        'a\r\nFLUSHALL\r\n',
        '*',
        '{x}',
        '[a-z]',
        "redis.call('flushall')",
        'k'.repeat(2_000),
        '\u0001',
        'rl:*',
      ];
      const tries = await eachOf(texts, async (text) => {
        const answers = [
          await visitor.session({ authorization: `Bearer ${encodeURIComponent(text)}` }),
          await owner.post('session.revoke', { sessionId: text }),
          await visitor.post('session.refresh', { refreshToken: `${text}.${text}` }),
          await visitor.post('session.signIn', { email: `${text}@example.test`, password: newPassword() }),
        ];
        const all = answers.map(
          ({ status }, at) =>
            [String(at), [400, 401, 404].includes(status) ? '400 or 401 or 404' : String(status)] as const,
        );
        return [text.slice(0, 20), allOf(all)] as const;
      });
      const after = outcome(await owner.at(arena.places[0]).session());
      return `${allOf(tries)}, ${after === '204' ? 'Redis as before' : after}`;
    },
  ),

  attack(
    'AT-115',
    'texts that make a careless pattern slow',
    '400 or 401, within a second',
    async (arena) => {
      const visitor = arena.visitor({ place: arena.places[0] });
      const owner = await arena.signedIn({ place: arena.places[0] });
      const emails = [
        `${'a@'.repeat(25_000)}b`,
        `${'a.'.repeat(25_000)}@b.test`,
        `a@${'a-'.repeat(25_000)}.test`,
        `a@${'a.'.repeat(25_000)}`,
        `${'a'.repeat(50_000)}!`,
      ];
      let slowest = 0;
      const timed = async (ask: () => Promise<Answer>): Promise<Answer> => {
        const { answer, ms } = await quickest(ask);
        slowest = Math.max(slowest, ms);
        return answer;
      };
      const statuses: string[] = [];
      for (const email of emails)
        statuses.push(outcome(await timed(() => visitor.post('account.requestPasswordReset', { email }))));
      for (const agent of [
        `Mozilla/5.0 (${'a;'.repeat(3_000)}`,
        `${'(('.repeat(3_000)}`,
        `Version/${'1.'.repeat(3_000)}x`,
      ])
        statuses.push(outcome(await timed(() => visitor.session({ 'user-agent': agent }))));
      statuses.push(outcome(await timed(() => owner.get('account.activity', { cursor: '-'.repeat(4_000) }))));
      const all = allOf(
        statuses.map((status, at) => [String(at), /^40[01] /.test(status) ? '400 or 401' : status]),
      );
      return `${all}, ${slowest < 1_000 ? 'within a second' : `in ${slowest.toFixed(0)} ms`}`;
    },
  ),

  attack('AT-117', 'the name of a job in every text', 'no such job', async (arena) => {
    const visitor = arena.visitor({ place: arena.places[0] });
    const email = newEmail();
    const payload = { identifier: 'evil_job', payload: {}, task: 'evil_job', kind: 'evil_job' };
    await visitor.post('account.requestPasswordReset', { email, ...payload });
    await visitor.post('account.signUp', { email, password: newPassword(), name: 'evil_job' });
    const { stdout, code } = await arena.cli('jobs', 'list', '--json');
    return code === 0 && !stdout.includes('evil_job')
      ? 'no such job'
      : `jobs list ended with ${code}: ${stdout.slice(0, 200)}`;
  }),

  attack('AT-120', 'the Idempotency-Key of somebody else', 'each its own answer', async (arena) => {
    const [one, two] = [await arena.signedIn(), await arena.signedIn()];
    const key = { 'idempotency-key': 'the-same-key-for-everybody' };
    const first = await one.post('account.update', { name: 'One' }, key);
    const second = await two.post('account.update', { name: 'Two' }, key);
    const names = [first, second].map(
      ({ data }) => (data?.['account'] as { name?: string } | undefined)?.name,
    );
    return names.join() === 'One,Two' ? 'each its own answer' : names.join();
  }),
];
