import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { stdout } from 'node:process';
import { createArena } from './arena.ts';
import { readArguments, USAGE, type Wishes } from './arguments.ts';
import type { Case } from './case.ts';
import { timingCases } from './cases/timing.ts';
import { allCases } from './catalogue.ts';
import { documentOf } from './document.ts';
import { type Result, runCases } from './run.ts';
import { startStack } from './stack/stack.ts';
import { createUndo } from '@portcullis/devstack/undo';

const repository = resolve(import.meta.dirname, '../../..');
const say = (line: string): void => void stdout.write(`${line}\n`);

const lineOf = ({ id, verdict, what, expected, got }: Result): string =>
  `${id} ${verdict} ${what} expected=${JSON.stringify(expected)} got=${JSON.stringify(got)}`;

const chosen = ({ only, timing }: Wishes): Case[] => {
  const cases = timing ? [...allCases, ...timingCases] : allCases;
  return cases.filter(({ id }) => only?.includes(id) ?? true);
};

const makeAttacks = async (wishes: Wishes): Promise<number> => {
  const cases = chosen(wishes);
  const unknown = wishes.only?.find((id) => !cases.some((one) => one.id === id));
  if (unknown !== undefined) {
    say(`There is no ${unknown}; --list shows what there is.`);
    return 2;
  }
  if (wishes.list) {
    for (const one of cases) say(`${one.id} ${one.what}${'run' in one ? '' : ` (skipped: ${one.because})`}`);
    return 0;
  }
  const began = performance.now();
  const undo = createUndo((error) => say(`while stopping: ${String(error)}`));
  const starting = startStack(resolve(wishes.from ?? repository), undo);
  end = async () => {
    await undo.run();
    // What was on its way up meanwhile, too.
    await starting.catch(() => undefined);
    await undo.run();
  };
  try {
    const stack = await starting;
    const results = await runCases(cases, createArena(stack), {
      // The service shares the machine with who attacks it.
      atOnce: wishes.timing ? 1 : Math.max(3, availableParallelism()),
      say: (result) => say(`${lineOf(result)}${wishes.verbose ? ` (${result.ms} ms)` : ''}`),
    });
    const count = (verdict: Result['verdict']) => results.filter((one) => one.verdict === verdict).length;
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    say(`${count('held')} held, ${count('fell')} fell, ${count('skipped')} skipped in ${seconds} s`);
    write(wishes, results);
    return count('fell') === 0 && count('held') > 0 ? 0 : 1;
  } finally {
    await end();
  }
};

const write = ({ json, report }: Wishes, results: readonly Result[]): void => {
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ results }, null, 2)}\n`);
  if (report === undefined) return;
  const steps = results.map((result) => ({
    name: lineOf(result),
    ok: result.verdict === 'held',
    skipped: result.verdict === 'skipped',
  }));
  writeFileSync(report, JSON.stringify({ steps }));
};

/** Ctrl-C, SIGTERM, and the end of whoever started this end what was started here. */
const endWhenTold = (): void => {
  let isEnding = false;
  const stop = (code: number) => {
    if (isEnding) return;
    isEnding = true;
    void end().finally(() => process.exit(code));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(130));
  process.on('disconnect', () => stop(130));
  // An error outside of any attack must not leave servers behind.
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => {
      say(error instanceof Error ? (error.stack ?? error.message) : String(error));
      stop(1);
    });
  process.channel?.unref();
};

let end = (): Promise<void> => Promise.resolve();
const wishes = readArguments(process.argv.slice(2));
if (typeof wishes === 'string') {
  say(wishes === '' ? USAGE : `${wishes}\n\n${USAGE}`);
  process.exit(wishes === '' ? 0 : 2);
}
endWhenTold();
try {
  if (wishes.docs)
    writeFileSync(join(repository, 'docs/attacks.md'), documentOf([...allCases, ...timingCases]));
  else process.exitCode = await makeAttacks(wishes);
} catch (error) {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
}
process.exit();
