import type { Measured } from '../measure.ts';
import { goals } from '../ratios.ts';

const HEAD = [
  '| target | req/s median | best | ratio to hello | server CPU µs/req | CPU ratio | p50 ms | p99 ms | |',
  '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |',
];

/** Below this the server waited for something else: for the load, or for a store. */
const BUSY = 0.85;

export const tableOf = (measured: Readonly<Record<string, Measured>>): string[] => [
  ...HEAD,
  ...Object.entries(measured).map(([name, one]) => rowOf(name, one)),
];

export const rowOf = (name: string, { busy, ...one }: Measured): string =>
  `| ${[
    name,
    digits(one.perSecond),
    digits(one.best),
    digits(one.ratio),
    digits(one.cpuUs),
    digits(one.cpuRatio),
    digits(one.p50 / 1_000),
    digits(one.p99 / 1_000),
    busy < BUSY ? `server ${Math.round(busy * 100)} % busy` : '',
  ].join(' | ')} |`;

export const goalLines = (
  reached: Readonly<Record<string, { atLeast: number; value: number; isMet: boolean }>>,
): string[] => [
  '| ratio | what | at least | measured | |',
  '| --- | --- | ---: | ---: | --- |',
  ...goals.flatMap(({ name, what }) => {
    const one = reached[name];
    if (one === undefined) return [];
    return `| ${name} | ${what} | ${one.atLeast} | ${digits(one.value)} | ${one.isMet ? 'met' : 'MISSED'} |`;
  }),
];

/** Three digits that mean something. */
const digits = (value: number): string => {
  if (!Number.isFinite(value)) return '–';
  if (value >= 100) return String(Math.round(value));
  return String(Number(value.toPrecision(3)));
};
