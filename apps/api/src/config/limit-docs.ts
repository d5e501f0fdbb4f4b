import { MOST_CONSECUTIVE_FAILURES } from '../domain/limit.ts';
import { LIMITS, type Limit, type LimitEntry } from './limits.ts';

const UNITS = [
  [86_400, 'day', 'days'],
  [3_600, 'hour', 'hours'],
  [60, 'minute', 'minutes'],
  [1, 'second', 'seconds'],
] as const;

const spell = (seconds: number): string => {
  const [size, one, many] = UNITS.find(([unit]) => seconds % unit === 0) ?? UNITS[3];
  const count = seconds / size;
  return count === 1 ? one : `${count} ${many}`;
};

const windowOf = ({ points, seconds }: Limit): string =>
  `${points.toLocaleString('en')} in ${seconds === 3_600 ? 'an' : 'a'} ${spell(seconds)}`.replace(
    / an? (?=\d)/,
    ' ',
  );

const limitOf = ({ windows, waits }: LimitEntry): string => {
  const all = windows.map(windowOf).join(', ');
  if (waits === undefined) return all;
  const each = waits.map((seconds) => seconds / 60).join(', ');
  return `${all}, then one every ${each} minutes`;
};

/** The rows of docs/operations.md, made from the one table. */
export const limitsTable = (): string =>
  [
    '| rule | counts | per | limit | one too many |',
    '| --- | --- | --- | --- | --- |',
    ...Object.entries(LIMITS).map(
      ([rule, entry]) =>
        `| \`${rule}\` | ${entry.counts} | ${entry.per} | ${limitOf(entry)} | ${entry.excess} |`,
    ),
    `| \`sign_in_consecutive\` | failed sign-ins in a row | account | ${MOST_CONSECUTIVE_FAILURES}, in Postgres | 429 for unknown devices until the password is reset or a known device signs in |`,
  ].join('\n');
