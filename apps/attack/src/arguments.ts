import { parseArgs } from 'node:util';

export interface Wishes {
  only: string[] | undefined;
  list: boolean;
  timing: boolean;
  /** Writes docs/attacks.md. */
  docs: boolean;
  json: string | undefined;
  report: string | undefined;
  /** The checkout whose service is attacked. */
  from: string | undefined;
  verbose: boolean;
}

export const USAGE = `npm run attack -- [--only AT-17,AT-20] [--list] [--timing] [--json FILE] [--report FILE] [--from CHECKOUT] [--docs] [--verbose]

Attacks the service from outside: nginx, three instances and a worker as processes, on stores and ports of their own.
One line per attack: held (what was expected came of it), fell (something else did), skipped (and why).

  --only IDS        only these lines of the catalogue; several with commas
  --list            what there is, without attacking
  --timing          the statistical comparison of times as well; it wants an idle machine
  --json FILE       the results as one document
  --report FILE     what held and what fell, for the sum of npm test
  --from CHECKOUT   attack the service of another checkout
  --docs            write docs/attacks.md and end
  --verbose         the seconds of each attack, too`;

/** @returns a message instead when the arguments cannot be understood; an empty one for --help */
export const readArguments = (args: string[]): Wishes | string => {
  try {
    const { values } = parseArgs({
      args,
      options: {
        only: { type: 'string', multiple: true },
        list: { type: 'boolean', default: false },
        timing: { type: 'boolean', default: false },
        docs: { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
        json: { type: 'string' },
        report: { type: 'string' },
        from: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return '';
    const only = values.only?.flatMap((text) => text.split(',')).map((text) => text.trim().toUpperCase());
    const { list, timing, docs, verbose, json, report, from } = values;
    return { only, list, timing, docs, verbose, json, report, from };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
