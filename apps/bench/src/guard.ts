import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Measured } from './measure.ts';

const FILE = join(import.meta.dirname, '../baseline.json');
const MOST_LOSS = 0.2;

/** What is guarded: the ways of a check, and a sign-in beside the hash that it cannot do without. */
export const GUARDED = [
  'session',
  'session-cold',
  'session-postgres',
  'me',
  'verify-64',
  'sign-in',
  'argon2',
];

/**
 * Processor time of the server for one request, as a share of that for a hello world in the same seconds: the same on a
 * slow machine and on a fast one, and whoever else uses it.
 */
type Baseline = Record<string, number>;

export const baselineOf = (measured: Readonly<Record<string, Pick<Measured, 'cpuRatio'>>>): Baseline =>
  Object.fromEntries(
    Object.entries(measured).map(([name, { cpuRatio }]) => [name, Number(cpuRatio.toPrecision(4))]),
  );

/** @returns for each target how it compares, and whether one lost too much */
export const judge = (baseline: Baseline, now: Baseline): { lines: string[]; hasLost: boolean } => {
  let hasLost = false;
  const lines = Object.entries(baseline).map(([name, before]) => {
    const value = now[name];
    const isLoss = value === undefined || !(value >= before * (1 - MOST_LOSS));
    hasLost ||= isLoss;
    const change = value === undefined ? 'not measured' : `${((value / before - 1) * 100).toFixed(1)} %`;
    return `${isLoss ? 'LOST' : 'held'}  ${name.padEnd(18)} ${before} → ${value ?? '–'}  ${change}`;
  });
  return { lines, hasLost };
};

/** Null when none is committed. */
export const readBaseline = (): Baseline | null =>
  existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Baseline) : null;

export const writeBaseline = (baseline: Baseline): void =>
  writeFileSync(FILE, `${JSON.stringify(baseline, null, 2)}\n`);
