import { parseArgs } from 'node:util';

export interface Wishes {
  json: string | null;
  /** Names of targets and studies; null: all that a run without wishes measures. */
  only: readonly string[] | null;
  quick: boolean;
  list: boolean;
  /** Name of the target whose profile is wanted. */
  profile: string | null;
  /** A checkout with which this one is compared, instead of with hello world. */
  against: string | null;
  guard: boolean;
  writeBaseline: boolean;
  /** Length of the soak. */
  minutes: number;
}

export const USAGE = `Usage: npm run bench -- [options]

  --json FILE       also write everything that was measured, with "ratios" by name
  --only NAME,…     measure these targets or studies alone (--list names them)
  --quick           within 3 minutes instead of 15; for a look, not for numbers to show
  --list            name all targets and studies, and end
  --profile NAME    load one target under V8's profiler; a table, a .cpuprofile and a flame graph
  --against DIR     compare the service's targets with those of another checkout, instead of with hello world
  --guard           compare a few targets with the committed baseline; 1 when one lost more than 20 %
  --write-baseline  measure those targets and write the baseline
  --minutes N       how long --only soak lasts (default 30)
  --help
`;

/** @returns what is wanted, or what is wrong: an empty text for --help */
export const readArguments = (args: readonly string[], known: readonly string[]): Wishes | string => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        json: { type: 'string' },
        only: { type: 'string', multiple: true },
        quick: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        profile: { type: 'string' },
        against: { type: 'string' },
        guard: { type: 'boolean', default: false },
        'write-baseline': { type: 'boolean', default: false },
        minutes: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return '';
    const only = values.only?.flatMap((names) => names.split(',')).filter((name) => name !== '') ?? null;
    if (only?.length === 0) return '--only names nothing: --list shows what there is';
    const stranger = [...(only ?? []), ...(values.profile === undefined ? [] : [values.profile])].find(
      (name) => !known.includes(name),
    );
    if (stranger !== undefined) return `there is no "${stranger}": --list shows what there is`;
    if (values.against !== undefined && values.json !== undefined)
      return '--against measures no ratio to hello world, so there is nothing for --json';
    const minutes = Number(values.minutes ?? 30);
    if (!(minutes > 0 && minutes <= 10_000)) return '--minutes must be a number above 0';
    return {
      json: values.json ?? null,
      only,
      quick: values.quick,
      list: values.list,
      profile: values.profile ?? null,
      against: values.against ?? null,
      guard: values.guard,
      writeBaseline: values['write-baseline'],
      minutes,
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
