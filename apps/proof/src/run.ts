import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createJudge, type Judge } from './check/judge.ts';
import { findHalfDone } from './check/database.ts';
import { gatherEvidence } from './evidence.ts';
import { createGraveyard, type Graveyard } from './load/graveyard.ts';
import { startLoad } from './load/load.ts';
import { createTally } from './load/tally.ts';
import type { Fault } from './nemesis/fault.ts';
import { type Nemesis, startNemesis } from './nemesis/nemesis.ts';
import { createRandom } from './random.ts';
import type { AcceptedDead } from './report/facts.ts';
import type { Findings } from './report/report.ts';
import { readVersions } from './report/versions.ts';
import { countMails, drainMails, recover } from './settle.ts';
import { type ProofStack, startProofStack } from './stack/stack.ts';
import { pause, pauseUnless } from '@portcullis/devstack/wait';

export interface RunOptions {
  seed: string;
  seconds: number;
  /** Ends the run early; what was heard until then is judged all the same. */
  over: AbortSignal;
  say: (line: string) => void;
  /** Where the logs of all processes are kept; null: nowhere. */
  logs: string | null;
  /** The checkout whose service is attacked. */
  checkout: string;
  /** Removes a part of the service first. */
  change?: (snapshot: string) => void;
  faults: readonly Fault[];
  /** Ends the run at the first violation. */
  stopAtFirst?: boolean;
}

const LEASE_SECONDS = 3;
const REFRESH_WINDOW_SECONDS = 10;
const PEOPLE = 14;
const SETTINGS = {
  instances: 3,
  'lease in seconds': LEASE_SECONDS,
  'refresh window in seconds': REFRESH_WINDOW_SECONDS,
  'accounts at a time': PEOPLE,
  'devices of an account': 3,
  'argon2 memory in KiB': 1024,
};
const PROGRESS_MS = 5_000;
/** What clients do before the first fault, so that there is something to lose. */
const WARM_UP_MS = 2_000;

/** One run from nothing to its findings: stores, instances, load, faults, recovery, judgement. */
export const runProof = async (options: RunOptions): Promise<Findings> => {
  const { say } = options;
  say('Starting Postgres, three Redis servers, nginx, three instances and a worker …');
  const stack = await startProofStack({
    ...{ instances: 3, leaseSeconds: LEASE_SECONDS, refreshWindowSeconds: REFRESH_WINDOW_SECONDS, say },
    checkout: options.checkout,
    ...(options.change === undefined ? {} : { change: options.change }),
  });
  try {
    return await attack(stack, options);
  } finally {
    say('Stopping everything …');
    if (options.logs !== null) keepLogs(stack.dir, options.logs);
    await stack.stop();
  }
};

const attack = async (stack: ProofStack, options: RunOptions): Promise<Findings> => {
  const random = createRandom(options.seed);
  const oddities = createTally();
  const answers = createTally();
  const judge = createJudge();
  const over = new AbortController();
  const end = () => over.abort();
  options.over.addEventListener('abort', end);
  if (options.over.aborted) end();
  const violated = () => options.stopAtFirst === true && end();
  const evidence: Promise<void>[] = [];
  // A session may be accepted wrongly before the first fault, too.
  let faultsNow = (): string[] => [];
  const graveyard = createGraveyard((accepted) => {
    // The first few tell everything; a thousand more would only be in the way.
    if (evidence.length < 20) evidence.push(lookInto(accepted, stack, faultsNow(), options.say));
    violated();
  });
  const mails = countMails(stack);
  const load = await startLoad({
    ...{ stack, random, judge, graveyard, answers, oddities, people: PEOPLE },
    refreshWindowMs: REFRESH_WINDOW_SECONDS * 1_000,
    judged: () => judge.judgement.violations.length > 0 && violated(),
  });
  await pauseUnless(WARM_UP_MS, over.signal);
  const nemesis: Nemesis = startNemesis({
    ...{ stack, random: random.fork('nemesis'), leaseMs: LEASE_SECONDS * 1_000, counts: createTally() },
    faults: options.faults,
    failed: (name, error) => oddities.add(`could not be made: ${name}: ${String(error).slice(0, 160)}`),
  });
  faultsNow = () => nemesis.now();
  const startedAt = new Date().toISOString();
  const stopTelling = tellProgress(options.say, judge, graveyard, nemesis);
  const began = performance.now();
  await pauseUnless(options.seconds * 1_000, over.signal);
  const seconds = (performance.now() - began) / 1_000;
  const isEnough = over.signal.aborted;
  await nemesis.stop();
  // Whoever ends a run does not want to wait for clients of a frozen process: their accounts are not judged then.
  await Promise.race([load.endPeople(), ...(isEnough ? [pause(3_000)] : [])]);
  const recovered = isEnough || (await recover(stack));
  // The dead are asked about once more, everywhere, with nothing in the way.
  if (!isEnough) await pause(1_500);
  await load.close();
  stopTelling();
  const missing = recovered && !isEnough ? await drainMails(stack) : 0;
  const halfDone = isEnough ? [] : await findHalfDone(stack.postgres);
  for (const surprise of stack.surprises) oddities.add(surprise);
  await Promise.all(evidence);
  return {
    ...{ seed: options.seed, startedAt, seconds, settings: SETTINGS, halfDone, recovered },
    judgement: judge.judgement,
    versions: await readVersions(stack, options.checkout),
    afterRevocation: {
      ...{ verifications: graveyard.verifications, sessions: graveyard.buried, accepted: graveyard.accepted },
      ...{ byAge: graveyard.ages, requests: load.flood.requests.all(), reasons: load.flood.reasons.all() },
    },
    ...{ answers: answers.all(), faults: nemesis.counts.all(), injected: nemesis.injected },
    mails: { ...mails(), missing },
    oddities: oddities.all(),
  };
};

const lookInto = async (
  accepted: AcceptedDead,
  stack: ProofStack,
  faults: string[],
  say: (line: string) => void,
): Promise<void> => {
  const { afterMs, endedBy, via } = accepted;
  say(`✗ accepted ${afterMs.toFixed(1)} ms after ${endedBy} at ${via}  [${faults.join('; ')}]`);
  accepted.evidence = { ...(await gatherEvidence(stack, accepted.account, accepted.session)), faults };
};

const tellProgress = (
  say: (line: string) => void,
  { judgement }: Judge,
  graveyard: Graveyard,
  nemesis: Nemesis,
): (() => void) => {
  const began = performance.now();
  const timer = setInterval(() => {
    const seconds = ((performance.now() - began) / 1000).toFixed(0).padStart(4);
    const { accounts, operations, unknowns, violations } = judgement;
    say(
      `${seconds} s  ${operations} operations of ${accounts} accounts (${unknowns} unknown), ${graveyard.verifications} verifications after revocation, ` +
        `${graveyard.accepted.length} stale, ${violations.length} violations, ${nemesis.counts.sum()} faults  [${nemesis.now().join('; ')}]`,
    );
  }, PROGRESS_MS);
  return () => clearInterval(timer);
};

const keepLogs = (from: string, to: string): void => {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from))
    if (name.endsWith('.log')) copyFileSync(join(from, name), join(to, name));
};
