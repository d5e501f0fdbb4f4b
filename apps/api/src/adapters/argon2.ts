import { availableParallelism } from 'node:os';
import argon2 from 'argon2';
import { AuthError } from '../errors.ts';
import type { Clock, PasswordHasher } from '../ports.ts';

export interface HasherOptions {
  /** KiB of memory for one hash. Default 19456: with two passes, OWASP's least for argon2id. */
  memoryKiB?: number;
  /** Passes. Default 2. */
  timeCost?: number;
  /** Lanes. Default 1. */
  parallelism?: number;
  /** Hashes computed at the same time. Default: the number of cores, at most 3; more only makes each slower. */
  concurrent?: number;
  /** Callers that may wait for a turn. Default 32: on two cores the last of them waits for most of a second. */
  queue?: number;
  /** Longest wait for a turn in milliseconds. Default 2000. */
  waitMs?: number;
  /** How to verify a stored hash of another scheme; null when it is none. Takes a turn like any other. */
  foreign?: (phc: string) => ((password: string) => Promise<boolean>) | null;
}

export interface HasherStats {
  running: number;
  queued: number;
  /** Hashes computed since the start. */
  total: number;
  /** Callers turned away because the queue was full or their wait too long. */
  refused: number;
  /** Stored hashes that were not computed for their form or parameters. */
  unusable: number;
}

interface Parameters {
  memoryKiB: number;
  timeCost: number;
  parallelism: number;
}

const SALT_BYTES = 16;
const HASH_BYTES = 32;
const RETRY_AFTER_MS = 1000;
/** libuv has four, for files, names and signatures, too: hashes must leave one. */
const MOST_THREADS = 3;
// A hash in the database must not be able to take the machine down: 256 MiB, and 64 times today's least work.
const MOST_MEMORY_KIB = 262_144;
const MOST_TIME_COST = 16;
const MOST_PARALLELISM = 16;
const MOST_WORK = 64 * 19_456 * 2;

/**
 * argon2id (RFC 9106) over the NFC form of a password, never more than `concurrent` at a time.
 * @throws AuthError `unavailable` (by every method that hashes) when the queue is full or the wait too long.
 * @throws RangeError when the options themselves are beyond what this adapter would verify.
 */
export const createPasswordHasher = (
  options: HasherOptions,
  clock: Pick<Clock, 'sleep'>,
): PasswordHasher & { stats: () => HasherStats } => {
  const today: Parameters = {
    memoryKiB: options.memoryKiB ?? 19_456,
    timeCost: options.timeCost ?? 2,
    parallelism: options.parallelism ?? 1,
  };
  if (!isSane(today)) throw new RangeError('the argon2 parameters are out of bounds');
  const turns = createTurns(options, clock);
  const nothing = phcOf(today, Buffer.alloc(SALT_BYTES, 'nothing'), Buffer.alloc(HASH_BYTES));
  let unusable = 0;

  const compute = (phc: string, password: string) =>
    turns.take(() => argon2.verify(phc, Buffer.from(password.normalize('NFC'), 'utf8')));

  const verifyNothing = async (password: string): Promise<false> => {
    await compute(nothing, password);
    return false;
  };

  return {
    hash: async (password) => {
      const phc = await turns.take(() =>
        argon2.hash(Buffer.from(password.normalize('NFC'), 'utf8'), {
          type: argon2.argon2id,
          memoryCost: today.memoryKiB,
          timeCost: today.timeCost,
          parallelism: today.parallelism,
          hashLength: HASH_BYTES,
        }),
      );
      return inReferenceOrder(phc);
    },
    verify: async (phc, password) => {
      const stored = parametersOf(phc);
      if (stored !== null && isSane(stored)) return compute(phc, password);
      const foreign = options.foreign?.(phc) ?? null;
      if (foreign !== null) return turns.take(() => foreign(password));
      // Not computable, so nobody may pass; it must not be told apart from a wrong password by its time either.
      unusable += 1;
      return verifyNothing(password);
    },
    verifyNothing,
    needsRehash: (phc) => {
      const stored = parametersOf(phc);
      return (
        stored === null ||
        stored.memoryKiB !== today.memoryKiB ||
        stored.timeCost !== today.timeCost ||
        stored.parallelism !== today.parallelism
      );
    },
    stats: () => ({ ...turns.stats(), unusable }),
  };
};

/** PHC string with unpadded standard base64, version 0x13 only; some libraries sort the parameters by name. */
const PHC =
  /^\$argon2id\$v=19\$([mtp]=\d{1,10}(?:,[mtp]=\d{1,10}){2})(\$[A-Za-z0-9+/]{22,86}\$[A-Za-z0-9+/]{22,86})$/;

const parametersOf = (phc: string): Parameters | null => {
  const listed =
    PHC.exec(phc)?.[1]
      ?.split(',')
      .map((pair) => pair.split('=')) ?? [];
  const { m, t, p } = Object.fromEntries(listed) as Record<string, string | undefined>;
  if (m === undefined || t === undefined || p === undefined) return null;
  return { memoryKiB: Number(m), timeCost: Number(t), parallelism: Number(p) };
};

/** The order `m,t,p` of the reference implementation, which refuses any other; argon2 0.45 writes `m,p,t`. */
const inReferenceOrder = (phc: string): string => {
  const parameters = parametersOf(phc);
  const saltAndHash = PHC.exec(phc)?.[2];
  if (parameters === null || saltAndHash === undefined) throw new Error('argon2 made a hash of unknown form');
  return prefixOf(parameters) + saltAndHash;
};

/** RFC 9106 §3.1 wants 8 KiB for each lane. */
const isSane = ({ memoryKiB, timeCost, parallelism }: Parameters): boolean =>
  [memoryKiB, timeCost, parallelism].every(Number.isInteger) &&
  parallelism >= 1 &&
  parallelism <= MOST_PARALLELISM &&
  timeCost >= 1 &&
  timeCost <= MOST_TIME_COST &&
  memoryKiB >= 8 * parallelism &&
  memoryKiB <= MOST_MEMORY_KIB &&
  memoryKiB * timeCost <= MOST_WORK;

const prefixOf = ({ memoryKiB, timeCost, parallelism }: Parameters): string =>
  `$argon2id$v=19$m=${memoryKiB},t=${timeCost},p=${parallelism}`;

const phcOf = (parameters: Parameters, salt: Buffer, hash: Buffer): string =>
  `${prefixOf(parameters)}$${unpadded(salt)}$${unpadded(hash)}`;

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

interface Waiter {
  start: () => void;
}

/** First come, first served; a turn passes straight from the one who is done to the next in line. */
const createTurns = (options: HasherOptions, clock: Pick<Clock, 'sleep'>) => {
  const concurrent = options.concurrent ?? Math.max(1, Math.min(availableParallelism(), MOST_THREADS));
  const longest = options.queue ?? 32;
  const waitMs = options.waitMs ?? 2000;
  const line: Waiter[] = [];
  let running = 0;
  let total = 0;
  let refused = 0;

  const busy = () => {
    refused += 1;
    return new AuthError('unavailable', { retryAfterMs: RETRY_AFTER_MS });
  };

  const wait = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const started = new AbortController();
      const waiter: Waiter = {
        start: () => {
          started.abort();
          resolve();
        },
      };
      line.push(waiter);
      clock.sleep(waitMs, started.signal).then(
        () => {
          const place = line.indexOf(waiter);
          if (place < 0) return;
          line.splice(place, 1);
          reject(busy());
        },
        () => undefined, // Aborted: the turn came first.
      );
    });

  const take = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < concurrent) running += 1;
    else if (line.length >= longest) throw busy();
    else await wait();
    try {
      total += 1;
      return await work();
    } finally {
      const next = line.shift();
      if (next === undefined) running -= 1;
      else next.start();
    }
  };

  return { take, stats: () => ({ running, queued: line.length, total, refused }) };
};
