import { compare, median, type Slice } from './arithmetic.ts';
import type { Load } from './load/load.ts';
import type { Figures } from './load/plan.ts';
import { processorTime, untilQuiet } from './machine/processor-time.ts';
import type { Pace } from './pace.ts';
import type { Running, Target } from './targets/target.ts';

/** Something under load; the floor and the target alike. */
export interface Subject {
  target: Pick<Target, 'name' | 'status'>;
  running: Running;
}

/** A slice with what else was seen in it. */
export interface Taken extends Slice {
  figures: Figures;
  /** Share of the slice in which the server's processes ran. Far below 1: something else was the limit. */
  busy: number;
}

/** What is known of a target at the end. Latencies and `cpuUs` in microseconds. */
export interface Measured {
  /** To the hello world slices around it; of answers a second. */
  ratio: number;
  /** The same of processor time: what does not depend on who else uses the machine's cores. */
  cpuRatio: number;
  perSecond: number;
  best: number;
  cpuUs: number;
  p50: number;
  p99: number;
  busy: number;
  answered: number;
  rounds: { perSecond: number; cpuUs: number; helloPerSecond: number; helloCpuUs: number }[];
}

/** @throws Error when an answer is not what the subject always answers, or when there was none */
export const takeSlice = async (
  load: Load,
  { target, running }: Subject,
  seconds: number,
): Promise<Taken> => {
  const plan = await running.plan(seconds);
  const before = processorTime(running.pids);
  const figures = await load.run(plan, seconds);
  await untilQuiet(running.pids);
  const cpu = processorTime(running.pids) - before;
  const { [String(target.status)]: right = 0, ...wrong } = figures.statuses;
  if (Object.keys(wrong).length > 0)
    throw new Error(`${target.name} answered ${JSON.stringify(wrong)} beside ${right} × ${target.status}`);
  if (figures.answered === 0) throw new Error(`${target.name} answered nothing within ${seconds} s`);
  return {
    figures,
    perSecond: figures.answered / figures.seconds,
    cpuUs: cpu / (figures.answered + figures.late),
    busy: cpu / (figures.seconds * 1e6),
  };
};

/** Load whose answers nobody judges: code that is not compiled yet may be too slow for its own deadlines. */
export const warmUp = async (load: Load, { running }: Subject, seconds: number): Promise<void> => {
  await load.run(await running.plan(seconds), seconds);
  await untilQuiet(running.pids);
};

/** Warms up, then hello, target, hello, target, …, hello. */
export const measure = async (
  load: Load,
  hello: Subject,
  subject: Subject,
  pace: Pace,
): Promise<Measured> => {
  await warmUp(load, subject, pace.warmUp);
  const floors = [await takeSlice(load, hello, pace.hello)];
  const taken: Taken[] = [];
  for (let round = 0; round < pace.rounds; round += 1) {
    taken.push(await takeSlice(load, subject, pace.slice));
    floors.push(await takeSlice(load, hello, pace.hello));
  }
  return summary(floors, taken);
};

const summary = (floors: readonly Taken[], taken: readonly Taken[]): Measured => {
  const of = (read: (one: Taken) => number) => median(taken.map(read));
  return {
    ...compare(floors, taken),
    perSecond: of(({ perSecond }) => perSecond),
    best: Math.max(...taken.map(({ perSecond }) => perSecond)),
    cpuUs: of(({ cpuUs }) => cpuUs),
    p50: of(({ figures }) => figures.p50),
    p99: of(({ figures }) => figures.p99),
    busy: of(({ busy }) => busy),
    answered: taken.reduce((sum, { figures }) => sum + figures.answered, 0),
    rounds: taken.map(({ perSecond, cpuUs }, index) => {
      const [before, after] = [floors[index], floors[index + 1]] as [Taken, Taken];
      return {
        ...{ perSecond, cpuUs, helloPerSecond: (before.perSecond + after.perSecond) / 2 },
        helloCpuUs: (before.cpuUs + after.cpuUs) / 2,
      };
    }),
  };
};
