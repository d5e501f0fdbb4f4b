import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { KeyRingError, type KeySetting, type KeySettings } from '../adapters/key-ring.ts';
import {
  addPepper,
  checked,
  generateKeys,
  KeysError,
  listKeys,
  promoteKey,
  retireKey,
  rotateKeys,
} from './key-rotation.ts';

const NAMES = ['PORTCULLIS_KEYS', 'PORTCULLIS_REFRESH_KEYS', 'PORTCULLIS_SECRET'] as const;
const PEPPERS = 'PORTCULLIS_PASSWORD_PEPPERS' as const;

/** What the commands touch. */
export interface KeysSurroundings {
  env: Record<string, string | undefined>;
  /** Where the result goes, and nothing else. */
  write: (text: string) => void;
}

/** Adds `keys generate | list | rotate | promote | retire`. Every result is printed, none is stored. */
export const registerKeys = (program: Command, { env, write }: KeysSurroundings): void => {
  const keys = program.command('keys').description('make, list and replace the keys of the service');
  const current = () => ringOf(env);
  const print = (settings: KeySettings, { json }: { json?: boolean }) => write(show(settings, json === true));

  jsonOf(keys.command('generate'))
    .description('print a new ring: one key for each purpose')
    .addHelpText('after', examples('keys generate > keys.env', 'keys generate --json'))
    .action((options) => print(generateKeys(), options));

  jsonOf(keys.command('list'))
    .description('print the ids and roles of the keys in the environment, no secrets')
    .addHelpText('after', examples('keys list', 'keys list --json'))
    .action((options) =>
      stopping(keys, () => {
        const listed = listKeys(current());
        const lines = listed.map(({ setting, kid, role }) => `${setting}\t${role}\t${kid}\n`);
        write(options.json === true ? `${JSON.stringify(listed)}\n` : lines.join(''));
      }),
    );

  jsonOf(keys.command('rotate'))
    .description('print the ring with new signing and refresh keys in use, the old ones still verifying')
    .option(
      '--announce',
      'add the new keys without using them yet: the first step when several instances run',
    )
    .option('--pepper', 'add a pepper for password hashes and leave the other keys alone')
    .addHelpText(
      'after',
      `${examples('keys rotate > keys.env', 'keys rotate --announce > keys.env', 'keys rotate --pepper > keys.env')}\n${IN_STEPS}`,
    )
    .action((options) =>
      stopping(keys, () => {
        const rotate = options.pepper === true ? addPepper : rotateKeys;
        print(rotate(current(), options.announce === true), options);
      }),
    );

  jsonOf(keys.command('promote'))
    .description('print the ring with an announced key in use')
    .argument('<kid>', 'its id, as keys list prints it')
    .addHelpText('after', examples('keys promote k4.pid.… > keys.env'))
    .action((kid: string, options) => stopping(keys, () => print(promoteKey(current(), kid), options)));

  jsonOf(keys.command('retire'))
    .description('print the ring without a key: nothing made with it verifies any more')
    .argument('<kid>', 'its id, as keys list prints it')
    .option('--verify-only', 'keep the public half of a signing key instead of removing it')
    .addHelpText('after', examples('keys retire k4.pid.… > keys.env', 'keys retire --verify-only k4.pid.…'))
    .action((kid: string, options) =>
      stopping(keys, () => print(retireKey(current(), kid, options.verifyOnly === true), options)),
    );
};

const jsonOf = (command: Command): Command => command.option('--json', 'print exactly one JSON document');

const examples = (...lines: string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ npm run --silent portcullis -- ${line}`).join('\n')}`;

const IN_STEPS = `
An instance refuses what a key it has not heard of made. With several instances: rotate --announce, restart all,
promote each new key, restart all, and retire the old ones once the last cookie made with them has expired. A pepper is
retired only when doctor says that no account needs it any more: whoever still does has to reset the password.`;

const show = (ring: KeySettings, json: boolean): string =>
  json
    ? `${JSON.stringify(ring)}\n`
    : ([...NAMES, PEPPERS] as const)
        .filter((name) => ring[name] !== undefined)
        .map((name) => `${name}=${ring[name]}\n`)
        .join('');

/** The ring of the environment; each setting may name a file instead, as `<NAME>_FILE`. An empty one is not set. */
const ringOf = (env: KeysSurroundings['env']): KeySettings => {
  const read = (name: KeySetting): string => {
    const direct = env[name]?.trim() ?? '';
    const file = env[`${name}_FILE`] ?? '';
    if (file === '') return direct;
    if (direct !== '') throw new KeysError(`${name}_FILE is set together with ${name}: keep one of them`);
    try {
      return readFileSync(file, 'utf8').trim();
    } catch (error) {
      throw new KeysError(`${name}_FILE cannot be read`, { cause: error });
    }
  };
  const [signing, refresh, secret] = [read(NAMES[0]), read(NAMES[1]), read(NAMES[2])];
  const peppers = read(PEPPERS);
  return checked({
    PORTCULLIS_KEYS: signing,
    PORTCULLIS_REFRESH_KEYS: refresh,
    PORTCULLIS_SECRET: secret,
    ...(peppers === '' ? {} : { PORTCULLIS_PASSWORD_PEPPERS: peppers }),
  });
};

/** Ends with exit code 1 and one line on stderr for what an operator can mend. */
const stopping = (command: Command, work: () => void): void => {
  try {
    work();
  } catch (error) {
    if (error instanceof KeyRingError || error instanceof KeysError)
      command.error(`error: ${error.message}`, { exitCode: 1 });
    throw error;
  }
};
