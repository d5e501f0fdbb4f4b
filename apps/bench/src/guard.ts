import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Measured } from './measure.ts';

const FILE = join(import.meta.dirname, '../baseline.json');
const MOST_LOSS = 0.2;

/** Each way of a check and a sign-in, beside the floor that does the same kind of work: hello stands for itself. */
const PAIRS: readonly (readonly [name: string, floor: string])[] = [
  ['session', 'hello'],
  ['session-cold', 'paseto-redis'],
  ['session-postgres', 'postgres-select'],
  ['me', 'trpc-nothing'],
  ['verify-64', 'hello'],
  ['sign-in', 'argon2'],
];

/** All targets that have to be measured for it. */
export const GUARDED: readonly string[] = [...new Set(PAIRS.flat())].filter((name) => name !== 'hello');

/**
 * Processor time of the floor for one request / that of the target, each relative to a hello world in the same seconds:
 * much the same on a slow machine and on a fast one, and whoever else uses it.
 */
type Baseline = Record<string, number>;

export const baselineOf = (measured: Readonly<Record<string, Pick<Measured, 'cpuRatio'>>>): Baseline =>
  Object.fromEntries(
    PAIRS.flatMap(([name, floor]) => {
      const [target, beside] = [measured[name], floor === 'hello' ? { cpuRatio: 1 } : measured[floor]];
      if (target === undefined || beside === undefined) return [];
      return [[`${name} / ${floor}`, Number((target.cpuRatio / beside.cpuRatio).toPrecision(4))]];
    }),
  );

/** @returns for each target how it compares, and whether one lost too much */
export const judge = (baseline: Baseline, now: Baseline): { lines: string[]; hasLost: boolean } => {
  let hasLost = false;
  const lines = Object.entries(baseline).map(([name, before]) => {
    const value = now[name];
    const isLoss = value === undefined || !(value >= before * (1 - MOST_LOSS));
    hasLost ||= isLoss;
    const change = value === undefined ? 'not measured' : `${((value / before - 1) * 100).toFixed(1)} %`;
    return `${isLoss ? 'LOST' : 'held'}  ${name.padEnd(36)} ${before} → ${value ?? '–'}  ${change}`;
  });
  return { lines, hasLost };
};

/** Null when none is committed. */
export const readBaseline = (): Baseline | null =>
  existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Baseline) : null;

export const writeBaseline = (baseline: Baseline): void =>
  writeFileSync(FILE, `${JSON.stringify(baseline, null, 2)}\n`);
