import { parseArgs } from 'node:util';

/** What the caller asked for. */
export interface Wishes {
  seed: string;
  /** Seconds under faults; starting, recovering and judging come on top. */
  seconds: number;
  out?: string;
  /** Another checkout, whose service is attacked. */
  from?: string;
  faults?: RegExp;
  evidence: boolean;
  /** Where to write what held and what did not, for `npm test`. */
  steps?: string;
  /** Attack builds with a part removed instead; each has to be caught. */
  realMutants: boolean;
  /** Put the service and its peers through the same scenarios instead. */
  peers: boolean;
}

export const USAGE = `npm run proof -- [--smoke | --quick | --minutes N] [--seed S] [--faults PATTERN] [--out DIR] [--from CHECKOUT] [--evidence] [--real-mutants | --peers]

  --smoke            20 seconds under faults, for npm test (--report FILE: what held, for its sum)
  --quick            ends within 2 minutes; without it, within 5
  --minutes N        N minutes under faults
  --seed S           the same plan of faults and choices again
  --faults PATTERN   only faults whose name matches
  --out DIR          where the report goes; .portcullis/proof/… without it
  --from CHECKOUT    attack the service of another checkout
  --real-mutants     attack builds with a part removed; each has to be caught (--faults: only those by name)
  --peers            put the service, better-auth and express-session through the same scenarios
  --evidence         also write docs/evidence`;

const SMOKE_SECONDS = 20;
const QUICK_SECONDS = 50;
const DEFAULT_SECONDS = 210;

/** @returns a message instead when the arguments cannot be understood; an empty one for --help */
export const readArguments = (args: string[]): Wishes | string => {
  try {
    const { values } = parseArgs({
      args,
      options: {
        quick: { type: 'boolean', default: false },
        minutes: { type: 'string' },
        seed: { type: 'string' },
        faults: { type: 'string' },
        out: { type: 'string' },
        from: { type: 'string' },
        evidence: { type: 'boolean', default: false },
        'real-mutants': { type: 'boolean', default: false },
        smoke: { type: 'boolean', default: false },
        report: { type: 'string' },
        peers: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return '';
    const minutes = values.minutes === undefined ? null : Number(values.minutes);
    if (minutes !== null && !(minutes > 0 && minutes <= 10_000)) return '--minutes must be a number above 0';
    return {
      seed: values.seed ?? Math.random().toString(36).slice(2, 10),
      seconds: secondsFor(minutes, values),
      evidence: values.evidence,
      peers: values.peers,
      realMutants: values['real-mutants'],
      ...(values.report === undefined ? {} : { steps: values.report }),
      ...(values.out === undefined ? {} : { out: values.out }),
      ...(values.from === undefined ? {} : { from: values.from }),
      ...(values.faults === undefined ? {} : { faults: new RegExp(values.faults, 'i') }),
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

const secondsFor = (minutes: number | null, { smoke, quick }: { smoke: boolean; quick: boolean }): number => {
  if (minutes !== null) return minutes * 60;
  return smoke ? SMOKE_SECONDS : quick ? QUICK_SECONDS : DEFAULT_SECONDS;
};
