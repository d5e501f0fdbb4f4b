import { describe, expect, it } from 'vitest';
import { readArguments } from './arguments.ts';

const KNOWN = ['session', 'hello', 'soak'];
const read = (...args: string[]) => readArguments(args, KNOWN);

describe('the arguments of the benchmark', () => {
  it('ask for everything when there are none', () =>
    expect(read()).toEqual({
      json: null,
      only: null,
      quick: false,
      list: false,
      profile: null,
      against: null,
      guard: false,
      writeBaseline: false,
      minutes: 30,
    }));

  it('name targets separated by commas, once or several times', () =>
    expect(read('--only', 'session,hello', '--only', 'soak', '--quick', '--json', 'out.json')).toMatchObject({
      only: ['session', 'hello', 'soak'],
      quick: true,
      json: 'out.json',
    }));

  it('refuse a name that is none, for a measurement as for a profile', () => {
    expect(read('--only', 'session,typo')).toBe('there is no "typo": --list shows what there is');
    expect(read('--profile', 'typo')).toContain('there is no "typo"');
    expect(read('--only', ',')).toContain('names nothing');
  });

  it('refuse what they do not know, and a length that is none', () => {
    expect(read('--fast')).toContain('--fast');
    for (const minutes of ['0', '-1', 'many']) expect(read(`--minutes=${minutes}`)).toContain('above 0');
  });

  it('refuse to write ratios that are not to hello world', () => {
    expect(read('--against', '../old')).toMatchObject({ against: '../old' });
    expect(read('--against', '../old', '--json', 'out.json')).toContain('nothing for --json');
  });

  it('ask for help with an empty text', () => expect(read('--help', '--only', 'typo')).toBe(''));
});
