import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Arena } from '../arena.ts';
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
