import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stdout } from 'node:process';
import { readArguments, USAGE, type Wishes } from './arguments.ts';
import { baselineOf, GUARDED, judge, readBaseline, writeBaseline } from './guard.ts';
import { type Bench, startBench } from './lab.ts';
import { describeMachine } from './machine/describe.ts';
import { FULL, QUICK } from './pace.ts';
import { peerVersions } from './peers/install.ts';
import { profile } from './profile/profile.ts';
import { documentOf } from './report/document.ts';
import { goalLines, tableOf } from './report/table.ts';
import { runAll } from './run.ts';
import { repository } from './stack/portcullis.ts';
import { studies } from './studies/list.ts';
import { targets } from './targets/list.ts';

const say = (line: string): void => void stdout.write(`${line}\n`);
const NAMES = [...targets, ...studies].map(({ name }) => name);

const list = (): void => {
  say('Targets (each beside hello):');
  for (const { name, kind, what } of targets) say(`  ${name.padEnd(20)} ${kind.padEnd(6)} ${what}`);
  say('\nStudies:');
  for (const { name, isUsual, what } of studies)
    say(`  ${name.padEnd(20)} ${isUsual ? 'usual ' : 'asked '} ${what}`);
};

const chosen = ({ only, guard, writeBaseline: writes, against }: Wishes) => {
  if (guard || writes) return { targets: targets.filter(({ name }) => GUARDED.includes(name)), studies: [] };
  const isAsked = ({ name }: { name: string }) => only === null || only.includes(name);
  if (against !== null)
    return { targets: targets.filter((one) => one.kind === 'ours' && isAsked(one)), studies: [] };
  return {
    targets: targets.filter(isAsked),
    studies: studies.filter(({ name, isUsual }) => (only === null ? isUsual : only.includes(name))),
  };
};

const bench = async (wishes: Wishes, running: Bench): Promise<number> => {
  const profiled = targets.find(({ name }) => name === wishes.profile);
  if (profiled !== undefined) {
    await profile(running, profiled, join(repository, '.portcullis/bench'), say);
    return 0;
  }
  const pace = wishes.quick ? QUICK : FULL;
  const machine = describeMachine(running.cores, running.stores.versions, repository);
  for (const [name, value] of Object.entries(machine)) say(`${name.padEnd(12)} ${value}`);
  if (running.cores.server === null)
    say('Server and load share their cores: the figures below are worth little.');
  say('Limits by address are relaxed; everything else is as in production.\n');
  const at = new Date().toISOString();
  const outcome = await runAll(running, { ...chosen(wishes), ...orderOf(wishes), pace });
  const document = documentOf({
    ...{ at, pace, quick: wishes.quick, machine, peerVersions: peerVersions() },
    ...outcome,
  });
  if (wishes.json !== null)
    writeFileSync(
      resolve(process.env['INIT_CWD'] ?? '.', wishes.json),
      `${JSON.stringify(document, null, 2)}\n`,
    );
  say('');
  for (const line of tableOf(outcome.measured)) say(line);
  if (wishes.against !== null) {
    say('\nAll ratios are this checkout / the other one, not relative to hello.');
    return Object.keys(outcome.failed).length > 0 ? 1 : 0;
  }
  say('');
  for (const line of goalLines(document.goals)) say(line);
  if (Object.keys(outcome.failed).length > 0) return 1;
  return guarded(wishes, baselineOf(outcome.measured));
};

const orderOf = ({ minutes, against }: Wishes) => ({
  ...{ minutes, say },
  against: against === null ? null : resolve(process.env['INIT_CWD'] ?? '.', against),
});

const guarded = (wishes: Wishes, now: Record<string, number>): number => {
  if (wishes.writeBaseline) {
    writeBaseline(now);
    say('\nThe baseline is written.');
  }
  if (!wishes.guard) return 0;
  const baseline = readBaseline();
  if (baseline === null) {
    say('\nThere is no baseline yet: npm run bench -- --write-baseline makes one, on a quiet machine.');
    return 1;
  }
  const { lines, hasLost } = judge(baseline, now);
  say('\nprocessor time against the baseline (floor / target; more is better):');
  for (const line of lines) say(line);
  return hasLost ? 1 : 0;
};

const main = async (): Promise<number> => {
  const wishes = readArguments(process.argv.slice(2), NAMES);
  if (typeof wishes === 'string') {
    say(wishes === '' ? USAGE : `${wishes}\n\n${USAGE}`);
    return wishes === '' ? 0 : 2;
  }
  if (wishes.list) {
    list();
    return 0;
  }
  const running = await startBench({ say });
  let isStopping = false;
  const stop = () => {
    if (isStopping) return;
    isStopping = true;
    void running.stop().then(() => process.exit(130));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  process.once('disconnect', stop);
  // Who read what this prints is gone: nothing may be left running for it.
  stdout.on('error', stop);
  process.channel?.unref();
  try {
    return await bench(wishes, running);
  } finally {
    process.off('disconnect', stop);
    await running.stop();
  }
};

try {
  process.exitCode = await main();
} catch (error) {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
}
