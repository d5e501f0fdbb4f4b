import { type Bench, start } from './lab.ts';
import { type Measured, measure, warmUp } from './measure.ts';
import { AGAINST, type Pace } from './pace.ts';
import type { Finding } from './report/document.ts';
import { rowOf } from './report/table.ts';
import type { Study } from './studies/study.ts';
import { floors } from './targets/floors.ts';
import type { Target } from './targets/target.ts';

export interface Outcome {
  measured: Record<string, Measured>;
  studies: Record<string, Finding>;
  failed: Record<string, string>;
}

export interface Order {
  targets: readonly Target[];
  studies: readonly Study[];
  pace: Pace;
  minutes: number;
  /** Another checkout whose service stands in for hello: for before and after a change. */
  against?: string | null;
  say: (line: string) => void;
}

/** One after the other, each alone. What fails is told and does not keep the others from being measured. */
export const runAll = async (bench: Bench, order: Order): Promise<Outcome> => {
  const { targets, studies, pace, minutes, say, against = null } = order;
  const outcome: Outcome = { measured: {}, studies: {}, failed: {} };
  const attempt = async (name: string, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      outcome.failed[name] = reasonOf(error);
      say(`${name} FAILED: ${outcome.failed[name]}`);
    }
  };
  for (const target of targets)
    await attempt(target.name, async () => {
      const measured = await (against === null
        ? measureAlone(bench, target, pace)
        : measureAgainst(bench, target, against));
      outcome.measured[target.name] = measured;
      say(rowOf(target.name, measured));
    });
  for (const study of studies)
    await attempt(study.name, async () => {
      const finding = await study.run(bench, pace, { minutes, say });
      outcome.studies[study.name] = finding;
      for (const line of finding.lines) say(line);
    });
  return outcome;
};

/** Hello is compared with itself: how far that is from 1 is how far every ratio may be off. */
const measureAlone = (bench: Bench, target: Target, pace: Pace): Promise<Measured> =>
  target === floors[0]
    ? measure(bench.load, bench.hello, bench.hello, pace)
    : bench.alone(async (lab) => measure(bench.load, bench.hello, await start(target, lab), pace));

const measureAgainst = (bench: Bench, target: Target, checkout: string): Promise<Measured> =>
  bench.alone(async (lab) => {
    const before = await start(target, { ...lab, checkout });
    const now = await start(target, lab);
    await warmUp(bench.load, before, AGAINST.warmUp);
    // Slices of one length: how a slice begins and ends weighs the same on both.
    return measure(bench.load, before, now, AGAINST);
  });

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${reasonOf(error.cause)}`;
};
