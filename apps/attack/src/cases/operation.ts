import { argon2Sync, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Arena, newEmail, newPassword } from '../arena.ts';
import { allOf, attack, type Case, eachOf } from '../case.ts';
import { runProgram } from '../stack/program.ts';

/** How a start in production with these settings ends; with a port that could not be had, it could not succeed. */
/** Whether a start in production with these settings is refused, and each of them named. */
const startWith = async (arena: Arena, changes: Record<string, string | null>): Promise<string> => {
  const env = Object.fromEntries(
    Object.entries({ ...arena.env, ...changes }).filter(([, value]) => value !== null),
  ) as Record<string, string>;
  // A port that nobody may have, should the settings pass.
  const { code, output } = await runProgram(arena.main, ['serve'], { ...env, PORT: '1', OPS_PORT: '1' });
  if (code === 0) return 'it started';
  const unnamed = Object.keys(changes).find((name) => !output.includes(name));
  const told = Object.values(changes).some(
    (value) => value !== null && value.length > 24 && output.includes(value),
  );
  if (told) return 'refused, and told the secret';
  return unnamed === undefined ? 'refuses to start, and names each' : `${unnamed} is not named`;
};

export const operationCases: Case[] = [
  attack(
    'AT-94',
    'a production with development keys, shared keys, plain http, relaxed limits',
    'refuses to start, and names each',
    async (arena) => {
      const { PORTCULLIS_KEYS: signing = '', PORTCULLIS_REFRESH_KEYS: refresh = '' } = arena.keys;
      const development = /'(k4\.secret\.[\w-]+)'/.exec(
        readFileSync(join(arena.checkout, 'apps/api/src/config/development-keys.ts'), 'utf8'),
      )?.[1];
      const tries: [string, Record<string, string | null>][] = [
        [
          'known keys, plain http, weak hashes',
          {
            PORTCULLIS_KEYS: development ?? 'k4.secret.AAAA',
            PORTCULLIS_SECRET: 'c2hvcnQ',
            PUBLIC_URL: 'http://auth.example.test',
            PORTCULLIS_RATE_LIMITS: 'relaxed',
            PORTCULLIS_ARGON2_MEMORY_KIB: '1024',
          },
        ],
        ['no key, a key of another kind', { PORTCULLIS_KEYS: null, PORTCULLIS_REFRESH_KEYS: signing }],
        ['one key for two uses', { PORTCULLIS_SECRET: refresh }],
      ];
      return allOf(
        await eachOf(tries, async ([name, changes]) => [name, await startWith(arena, changes)] as const, 2),
      );
    },
  ),

  attack(
    'AT-92',
    'packages of another origin or without integrity, scripts at installation',
    'integrity on every package, none from elsewhere, scripts by list',
    (arena) => {
      const lock = readFileSync(join(arena.checkout, 'pnpm-lock.yaml'), 'utf8');
      const packages = lock.slice(lock.indexOf('\npackages:'), lock.indexOf('\nsnapshots:'));
      const resolutions = [...packages.matchAll(/^ {4}resolution: (.*)$/gm)].map(([, text]) => text ?? '');
      const without = resolutions.filter(
        (text) => !/^\{integrity: sha512-[A-Za-z0-9+/]+={0,2}\}$/.test(text),
      );
      const elsewhere = /tarball:|https?:\/\/|git\+|link:\.\.\/\.\.\/\.\./.exec(packages)?.[0];
      const workspace = readFileSync(join(arena.checkout, 'pnpm-workspace.yaml'), 'utf8');
      return Promise.resolve(
        [
          without.length === 0 && resolutions.length > 100
            ? 'integrity on every package'
            : `without integrity: ${without[0]}`,
          elsewhere === undefined ? 'none from elsewhere' : `from ${elsewhere}`,
          /^allowBuilds:/m.test(workspace) ? 'scripts by list' : 'scripts of anybody',
        ].join(', '),
      );
    },
  ),

  attack(
    'AT-97',
    'password hashes of weak and of absurd parameters, brought in by an import',
    'absurd ones refused, weak one 200 and renewed (2 hashes, then 1)',
    async (arena) => {
      const [weak, absurd] = [newEmail(), newEmail()];
      const password = arena.secret(newPassword());
      const hashes = [
        [weak, phc(password, { memory: 8, passes: 1 })],
        [absurd, phc(password, { memory: 8, passes: 1 }).replace('m=8,t=1', 'm=4194304,t=1')],
        [newEmail(), phc(password, { memory: 8, passes: 1 }).replace('m=8,t=1', 'm=65536,t=4000000000')],
      ];
      const lines = hashes.map(([email, passwordHash]) =>
        JSON.stringify({ email, emailVerified: true, passwordHash }),
      );
      const file = join(arena.dir, 'import.jsonl');
      writeFileSync(file, `${lines.join('\n')}\n`);
      const { code, stdout } = await arena.cli('accounts', 'import', file, '--json');
      const { imported, refused } = JSON.parse(stdout) as { imported: number; refused: number };
      const taken = code === 1 && imported === 1 && refused === 2 ? 'absurd ones refused' : stdout;
      const costs: number[] = [];
      const statuses: string[] = [];
      for (let time = 0; time < 2; time += 1)
        costs.push(
          await arena.counted(async (place) => {
            const visitor = arena.visitor({ place });
            statuses.push(String((await visitor.post('session.signIn', { email: weak, password })).status));
          }),
        );
      return `${taken}, weak one ${allOf(statuses.map((status, at) => [String(at), status]))} and renewed (${costs.join(' hashes, then ')})`;
    },
  ),

  attack(
    'AT-96',
    'a signal that opens the inspector of a running instance',
    'no inspector, still served',
    async (arena) => {
      const place = arena.places[1];
      process.kill(place.pid, 'SIGUSR1');
      // The inspector says on standard error that it listens, or that its port is taken.
      const deadline = performance.now() + 2_000;
      let said: string | undefined;
      while (said === undefined && performance.now() < deadline) {
        await arena.visitor({ place }).session();
        said = /Debugger listening|Starting inspector/.exec(readFileSync(place.logFile, 'utf8'))?.[0];
      }
      const { status } = await arena.visitor({ place }).session();
      return `${said === undefined ? 'no inspector' : said}, ${status === 401 ? 'still served' : status}`;
    },
    'last',
  ),
];

/** An argon2id hash as another system would have made it. */
const phc = (password: string, { memory, passes }: { memory: number; passes: number }): string => {
  const nonce = randomBytes(16);
  const tag = argon2Sync('argon2id', {
    ...{ message: Buffer.from(password), nonce, memory, passes, parallelism: 1, tagLength: 32 },
  });
  const text = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
  return `$argon2id$v=19$m=${memory},t=${passes},p=1$${text(nonce)}$${text(tag)}`;
};
