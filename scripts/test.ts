// `npm test`: every suite on stores of its own, added up from the reports they write.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type PostgresServer, startPostgres } from '../packages/devstack/src/postgres.ts';
import { findSystemProgram } from '../packages/devstack/src/system-package.ts';
import { startTestRedis, type TestRedis } from '../packages/devstack/src/test-redis.ts';
import { endCommands, runCommand } from './command.ts';
import { secondsSince, whenToldToStop } from './lifetime.ts';
import { type Failure, readFailures } from './failures.ts';
import { readReport, type Tally } from './reports.ts';
import { type Suite, suites } from './suites.ts';

const SUITE_TIMEOUT_MS = 20 * 60_000;
const dir = mkdtempSync(join(tmpdir(), 'portcullis-test-'));
const began = performance.now();
const lines: string[] = [];
const failures: Failure[] = [];
let stores: { postgres: PostgresServer; redis: TestRedis } | null = null;
let passed = 0;
let failed = 0;
let isStopped = false;

whenToldToStop(async () => {
  isStopped = true;
  endCommands();
  await removeStores();
  return 130;
});

const chosen = chooseSuites();
if (chosen.some((suite) => suite.usesStores)) await provideStores();
for (const suite of chosen) await runSuite(suite);
await removeStores();
for (const { name, why } of failures) say(`\nFAILED ${name}\n${why.replaceAll(/^/gm, '    ')}`);
say(`\n${lines.join('\n')}\n\nTook ${secondsSince(began)}.`);
process.stdout.write(`${passed} passed, ${failed} failed\n`, () => process.exit(failed === 0 ? 0 : 1));

function chooseSuites(): Suite[] {
  const names = suites.map((suite) => suite.name);
  try {
    const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } });
    const only = values.only?.flatMap((value) => value.split(','));
    const unknown = only?.find((name) => !names.includes(name));
    if (unknown !== undefined) throw new Error(`there is no suite "${unknown}"`);
    return only ? suites.filter((suite) => only.includes(suite.name)) : suites;
  } catch (error) {
    say(
      `${error instanceof Error ? error.message : String(error)}\nUsage: npm test -- [--only ${names.join('|')}]`,
    );
    process.exit(2);
  }
}

/** One Postgres and one Redis for all suites, beside whatever else runs on this machine. */
async function provideStores(): Promise<void> {
  const start = performance.now();
  say('Starting a Postgres and a Redis for the tests …');
  try {
    const redis = await startTestRedis();
    const postgres = await startPostgres({
      dir,
      // A test kills servers and never the machine's power, so nothing is lost by not waiting for the disk.
      settings: { fsync: 'off', full_page_writes: 'off', max_connections: '300', log_min_messages: 'fatal' },
    });
    stores = { postgres, redis };
    lines.push(row('stores', 'Postgres and Redis', start));
  } catch (error) {
    failed += 1;
    say(error instanceof Error ? error.message : String(error));
    lines.push(row('stores', 'FAILED: the suites that need them cannot run', start));
  }
}

async function removeStores(): Promise<void> {
  const ending = stores;
  stores = null;
  await ending?.redis.finish([/./]);
  await ending?.postgres.destroy();
  rmSync(dir, { recursive: true, force: true });
}

async function runSuite(suite: Suite): Promise<void> {
  if (isStopped) return;
  const start = performance.now();
  if (suite.usesStores && stores === null) return addFailure(suite, 'its stores did not start', start);
  const programs: Record<string, string> = {};
  for (const name of suite.needs) {
    const found = await findSystemProgram(name);
    if ('path' in found) {
      programs[`PORTCULLIS_TEST_${name.toUpperCase()}`] = found.path;
      continue;
    }
    const why = `${found.reason}; to run it: ${found.command}`;
    if (process.getuid?.() === 0 || process.env['CI']) return addFailure(suite, why, start);
    say(`\n── ${suite.name}: not run (${why})`);
    lines.push(row(suite.name, `not run: ${why}`, start));
    return;
  }
  say(`\n── ${suite.name}`);
  const report = join(dir, `${suite.name}.json`);
  const { program, args, cwd, env } = suite.command(report);
  const { code } = await runCommand(program, args, {
    cwd,
    env: { ...environment(), ...programs, ...env },
    output: 'inherit',
    timeoutMs: SUITE_TIMEOUT_MS,
  });
  if (isStopped) return;
  const content = contentOf(report);
  failures.push(
    ...readFailures(suite.kind, content).map(({ name, why }) => ({ name: `${suite.name}: ${name}`, why })),
  );
  add(suite, readReport(suite.kind, content, code), start);
}

/** Without the settings of a development stack that the shell may hold: tests work on their own stores only. */
function environment(): NodeJS.ProcessEnv {
  const env = { ...process.env };
  for (const name of [
    'DATABASE_URL',
    'REDIS_URL',
    'SMTP_URL',
    'PORT',
    'OPS_PORT',
    'PUBLIC_URL',
    'NODE_ENV',
  ]) {
    delete env[name];
  }
  if (stores === null) return env;
  return {
    ...env,
    PORTCULLIS_TEST_DATABASE_URL: stores.postgres.adminUrl,
    PORTCULLIS_TEST_REDIS_URL: stores.redis.url,
    PORTCULLIS_TEST_RUN: `test-${process.pid}`,
  };
}

function contentOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function addFailure(suite: Suite, why: string, start: number): void {
  say(`\n── ${suite.name}: ${why}`);
  add(suite, { passed: 0, failed: 1, skipped: 0, note: why }, start);
}

function add(suite: Suite, tally: Tally, start: number): void {
  passed += tally.passed;
  failed += tally.failed;
  const skipped = tally.skipped === 0 ? '' : `, ${tally.skipped} skipped`;
  const note = tally.note === '' ? '' : ` (${tally.note})`;
  lines.push(row(suite.name, `passed ${tally.passed}, failed ${tally.failed}${skipped}${note}`, start));
}

function row(name: string, text: string, start: number): string {
  return `${name.padEnd(12)} ${secondsSince(start).padStart(8)}  ${text}`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
