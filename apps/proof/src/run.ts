import { createJudge, type Judge } from './check/judge.ts';
import { findHalfDone, type HalfDone } from './check/database.ts';
import { gatherEvidence } from './evidence.ts';
import { createMinter } from './load/accounts.ts';
import { startFlood } from './load/flood.ts';
import { createGraveyard, type Graveyard } from './load/graveyard.ts';
import { createHttpClient } from './load/http.ts';
import { livePerson, type Surroundings } from './load/person.ts';
import { createService } from './load/service.ts';
import { createTally, type Tally } from './load/tally.ts';
import { allFaults, type Injected, startNemesis } from './nemesis/nemesis.ts';
import type { Fault } from './nemesis/fault.ts';
import { createRandom, type Random } from './random.ts';
import { type ProofStack, startProofStack } from './stack/stack.ts';
import { pause, pauseUnless } from './stack/wait.ts';

export interface RunOptions {
  seed: string;
  seconds: number;
  /** Ends the run early; what was heard until then is judged all the same. */
  over: AbortSignal;
  say: (line: string) => void;
  /** The checkout whose service is attacked. */
  checkout: string;
  /** Removes a part of the service first. */
  change?: (snapshot: string) => void;
  faults?: readonly Fault[];
  /** Ends the run at the first violation. */
  stopAtFirst?: boolean;
}

/** Everything that a run found out. */
export interface Findings {
  seed: string;
  seconds: number;
  judge: Judge['judgement'];
  graveyard: Graveyard;
  flood: { requests: number; reasons: Record<string, number> };
  answers: Record<string, number>;
  faults: Record<string, number>;
  injected: Injected[];
  mails: { received: number; copies: number; missing: number };
  halfDone: HalfDone[];
  /** What no fault excuses: 500s, processes that ended by themselves, faults that could not be made. */
  oddities: Record<string, number>;
  /** Requests that each instance answered with which outcome at the end, when all is well. */
  recovered: boolean;
}

const LEASE_SECONDS = 3;
const REFRESH_WINDOW_SECONDS = 10;
const PEOPLE = 14;
const PROGRESS_MS = 5_000;
const RECOVER_MS = 40_000;

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
    await stack.stop();
  }
};

const attack = async (stack: ProofStack, options: RunOptions): Promise<Findings> => {
  const { say } = options;
  const random = createRandom(options.seed);
  const over = new AbortController();
  const end = () => over.abort();
  options.over.addEventListener('abort', end);
  if (options.over.aborted) end();
  const oddities = createTally();
  const http = createHttpClient();
  const answers = createTally();
  const judge = createJudge();
  const graveyard = createGraveyard((accepted) => {
    say(
      `✗ a session was accepted ${accepted.afterMs.toFixed(1)} ms after ${accepted.endedBy} at ${accepted.via}`,
    );
    const faults = nemesis.now();
    void gatherEvidence(stack, accepted.account, accepted.session).then((found) => {
      accepted.evidence = { ...found, faults };
    });
    if (options.stopAtFirst) end();
  });
  const minter = createMinter(stack.databaseUrl);
  const service = createService({
    ...{ http, entrances: stack.entrances, random: random.fork('service'), answers },
    odd: (what) => oddities.add(what),
  });
  const nemesis = startNemesis({
    ...{ stack, random: random.fork('nemesis'), leaseMs: LEASE_SECONDS * 1_000, counts: createTally() },
    faults: options.faults ?? allFaults,
    failed: (name, error) => oddities.add(`could not be made: ${name}: ${String(error).slice(0, 160)}`),
  });
  const mails = countMails(stack);
  const began = performance.now();
  const shared: Surroundings = {
    ...{ service, minter, graveyard, random: random.fork('people') },
    refreshWindowMs: REFRESH_WINDOW_SECONDS * 1_000,
    isOver: () => over.signal.aborted,
  };
  const reasons = createTally();
  const flood = startFlood({
    ...{ graveyard, entrances: stack.entrances, random: random.fork('flood'), reasons, linesEach: 2 },
  });
  const people = Array.from({ length: PEOPLE }, () => livePeople(shared, judge, options, end));
  const progress = setInterval(() => {
    const { accounts, operations, unknowns, violations } = judge.judgement;
    say(
      `${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${accounts} accounts, ${operations} operations (${unknowns} unknown), ` +
        `${graveyard.verifications} verifications after revocation, ${nemesis.counts.sum()} faults, ` +
        `${graveyard.accepted.length} stale, ${violations.length} violations  [${nemesis.now().join('; ')}]`,
    );
  }, PROGRESS_MS);
  await pauseUnless(options.seconds * 1_000, over.signal);
  const seconds = (performance.now() - began) / 1_000;
  await nemesis.stop();
  end();
  await Promise.all(people);
  const recovered = await recover(stack);
  if (!recovered) oddities.add('not every process was ready again 40 s after the last fault');
  // The dead are asked about once more, everywhere, with nothing in the way.
  await pause(1_500);
  await flood.stop();
  clearInterval(progress);
  const drained = recovered ? await drainMails(stack) : 0;
  const halfDone = await findHalfDone(stack.postgres);
  for (const surprise of stack.surprises) oddities.add(surprise);
  http.close();
  await minter.close();
  return {
    ...{ seed: options.seed, seconds, judge: judge.judgement, graveyard, halfDone, recovered },
    flood: { requests: flood.requests, reasons: reasons.all() },
    ...{ answers: answers.all(), faults: nemesis.counts.all(), injected: nemesis.injected },
    mails: { ...mails(), missing: drained },
    oddities: oddities.all(),
  };
};

/** One account after another; each is judged as soon as its clients are done. */
const livePeople = async (
  shared: Surroundings,
  judge: Judge,
  options: RunOptions,
  end: () => void,
): Promise<void> => {
  while (!shared.isOver()) {
    const account = await shared.minter.account();
    if (account === null) {
      await pause(100);
      continue;
    }
    judge.take(await livePerson(account, shared));
    if (options.stopAtFirst && judge.judgement.violations.length > 0) end();
  }
};

const countMails = (stack: ProofStack): (() => { received: number; copies: number }) => {
  const seen: Tally = createTally();
  const { mailbox } = stack;
  const kept = mailbox.mails;
  // The mailbox keeps the newest thousand: what arrived is counted as it comes.
  const timer = setInterval(count, 200);
  const known = new Set<string>();
  timer.unref();
  return () => {
    clearInterval(timer);
    count();
    const all = Object.values(seen.all());
    return { received: all.reduce((sum, n) => sum + n, 0), copies: all.filter((n) => n > 1).length };
  };
  function count(): void {
    for (const { id, messageId } of kept()) {
      if (known.has(id)) break;
      known.add(id);
      seen.add(messageId);
    }
  }
};

const recover = async (stack: ProofStack): Promise<boolean> => {
  const deadline = performance.now() + RECOVER_MS;
  const programs = [...stack.instances.map(({ program }) => program), stack.worker.program];
  for (const program of programs) await program.start();
  while (performance.now() < deadline) {
    const ready = await Promise.all(programs.map((program) => program.isReady()));
    if (ready.every(Boolean)) return true;
    await pause(250);
  }
  return false;
};

const DRAIN_MS = 20_000;

/** @returns how many notices were not sent although there was time */
const drainMails = async (stack: ProofStack): Promise<number> => {
  const deadline = performance.now() + DRAIN_MS;
  const waiting = () =>
    stack.postgres.asAdmin(async (client) => {
      // A job that failed is tried again later and later: here it need not wait for that.
      await client.query(
        'UPDATE graphile_worker._private_jobs SET run_at = now() WHERE locked_at IS NULL AND run_at > now()',
      );
      const { rows } = await client.query<{ n: number }>(
        'SELECT count(*)::int AS n FROM portcullis.notice WHERE sent_at IS NULL',
      );
      return rows[0]?.n ?? 0;
    });
  let left = await waiting();
  while (left > 0 && performance.now() < deadline) {
    await pause(1_000);
    left = await waiting();
  }
  return left;
};

export const newSeed = (): string => Math.random().toString(36).slice(2, 10);

export type { Random };
