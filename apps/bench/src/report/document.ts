import type { Machine } from '../machine/describe.ts';
import type { Measured } from '../measure.ts';
import type { Pace } from '../pace.ts';
import { goals, ratiosOf } from '../ratios.ts';

/** What a study found out: ratios by name, and figures of a form of its own. */
export interface Finding {
  ratios: Record<string, number>;
  figures: Record<string, unknown>;
  /** For people, one a line. */
  lines: readonly string[];
}

/** Everything that a run knows at its end. */
export interface Findings {
  at: string;
  pace: Pace;
  quick: boolean;
  machine: Machine;
  peerVersions: Record<string, string>;
  measured: Record<string, Measured>;
  studies: Record<string, Finding>;
  /** Targets that gave no figures, and why. */
  failed: Record<string, string>;
}

/** The document of `--json`. */
export const documentOf = (findings: Findings) => {
  const { at, quick, pace, machine, peerVersions, measured, studies, failed } = findings;
  const given = Object.assign({}, ...Object.values(studies).map(({ ratios }) => ratios)) as Record<
    string,
    number
  >;
  const ratios = mapped(ratiosOf(measured, given), rounded);
  const reached = goals.flatMap(({ name, atLeast }) => {
    const value = ratios[name];
    return value === undefined ? [] : [[name, { atLeast, value, isMet: value >= atLeast }] as const];
  });
  return {
    ratios,
    cpuRatios: mapped(ratiosOf(measured, {}, 'cpuRatio'), rounded),
    goals: Object.fromEntries(reached),
    ...{ at, quick, pace, machine, peerVersions },
    targets: mapped(measured, figuresOf),
    studies: mapped(studies, ({ figures }) => figures),
    failed,
  };
};

const figuresOf = ({ rounds, ...figures }: Measured) => ({
  ...(mapped(figures, rounded) as typeof figures),
  rounds: rounds.map((round) => mapped(round, rounded)),
});

const mapped = <T, U>(of: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(of).map(([name, value]) => [name, change(value)]));

/** Four digits that mean something: more were never measured. */
const rounded = (value: number): number => Number(value.toPrecision(4));
