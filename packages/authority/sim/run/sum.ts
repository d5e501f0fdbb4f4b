import type { SeedResult } from '../run-seed.ts';

/** What many schedules add up to. */
export interface Sum {
  schedules: number;
  steps: number;
  operations: number;
  verifications: number;
  fromIndex: number;
  unavailable: number;
  unknown: number;
  violations: number;
  faults: Record<string, number>;
}

export const emptySum = (): Sum => ({
  schedules: 0,
  steps: 0,
  operations: 0,
  verifications: 0,
  fromIndex: 0,
  unavailable: 0,
  unknown: 0,
  violations: 0,
  faults: {},
});

export const addTo = (sum: Sum, one: SeedResult): void => {
  sum.schedules += 1;
  sum.steps += one.steps;
  sum.operations += one.operations;
  sum.verifications += one.verifications;
  sum.fromIndex += one.fromIndex;
  sum.unavailable += one.unavailable;
  sum.unknown += one.unknown;
  sum.violations += one.violations.length === 0 ? 0 : 1;
  for (const fault of one.faults) sum.faults[fault] = (sum.faults[fault] ?? 0) + 1;
};

export const merge = (into: Sum, other: Sum): void => {
  const { faults, ...counts } = other;
  for (const [name, count] of Object.entries(counts)) into[name as keyof typeof counts] += count;
  for (const [name, count] of Object.entries(faults)) into.faults[name] = (into.faults[name] ?? 0) + count;
};

/** In lines that a person reads. */
export const describeSum = (sum: Sum, seconds: number): string => {
  const faults = Object.entries(sum.faults).sort(([, a], [, b]) => b - a);
  const total = faults.reduce((all, [, count]) => all + count, 0);
  return [
    `${n(sum.schedules)} schedules in ${seconds.toFixed(0)} s, ${n(sum.steps)} steps`,
    `${n(sum.operations)} operations, ${n(sum.verifications)} verifications decided, ${n(sum.fromIndex)} accepted by the index alone`,
    `${n(sum.unavailable)} answered "unavailable", ${n(sum.unknown)} with unknown outcome`,
    `${n(total)} faults: ${faults.map(([name, count]) => `${name} ${n(count)}`).join(', ')}`,
  ].join('\n');
};

export const n = (count: number): string => count.toLocaleString('en');
