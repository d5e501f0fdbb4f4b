import { createHash } from 'node:crypto';
import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel';
import type { IndexAnswer, LiveSession, SessionIndex, TrustedGeneration } from '../ports.ts';
import type { RedisConnection } from './connection.ts';
import { FENCE, FILL, READ, RELEASE } from './scripts.ts';

export interface IndexSettings {
  /** How long READ and FILL may take before Postgres is asked instead. */
  readDeadlineMs: number;
  /** How long FENCE, RELEASE and questions about the server may take. */
  writeDeadlineMs: number;
  /** Life of a key from its first fill on; garbage collection only, never proof of expiry. */
  keyTtlMs: number;
}

const NEW_KEY_TTL_MS = 60_000;

interface Script {
  body: string;
  sha: string;
}
const script = (body: string): Script => ({ body, sha: createHash('sha1').update(body).digest('hex') });
const READ_SCRIPT = script(READ);
const FILL_SCRIPT = script(FILL);
const FENCE_SCRIPT = script(FENCE);
const RELEASE_SCRIPT = script(RELEASE);

/** The key of an account; the braces keep it in one slot of a Redis Cluster. */
export const keyOf = (generation: string, accountId: string) => `pc:${generation}:{${accountId}}`;

const generationOf = (key: string): string => key.split(':', 2)[1] ?? '';

const isFact = (value: unknown): value is LiveSession =>
  typeof value === 'object' &&
  value !== null &&
  'sessionId' in value &&
  'accountId' in value &&
  'expiresAt' in value &&
  'idleExpiresAt' in value;

/** SessionIndex on one Redis primary. A command given up may still run later; every script is safe under that. */
export class RedisSessionIndex implements SessionIndex {
  readonly #redis: RedisConnection;
  readonly #settings: IndexSettings;
  /** Verifications stop asking a Redis that keeps failing and try one call again after half a second. */
  readonly #breaker = circuitBreaker(handleAll, { halfOpenAfter: 500, breaker: new ConsecutiveBreaker(3) });

  constructor(redis: RedisConnection, settings: IndexSettings) {
    this.#redis = redis;
    this.#settings = settings;
  }

  async read(
    generation: TrustedGeneration,
    accountId: string,
    sessionId: string,
    nonce: string,
  ): Promise<IndexAnswer> {
    // The breaker would let this call wait for the one that tries, and for its deadline: Postgres answers sooner.
    if (this.#breaker.state === CircuitState.HalfOpen) return { kind: 'unreachable' };
    try {
      const args = [sessionId, nonce, String(NEW_KEY_TTL_MS)];
      const [kind, value] = await this.#breaker.execute(() =>
        this.#run(READ_SCRIPT, generation, accountId, args, this.#settings.readDeadlineMs),
      );
      if (kind === 'fenced' && value !== undefined) return { kind, nonces: value.split(' ') };
      if (kind === 'leased' || kind === 'untrusted') return { kind };
      if (kind !== 'decisive' || value === undefined) return { kind: 'unreachable' };
      if (value === 'x') return { kind, fact: 'revoked' };
      const fact: unknown = JSON.parse(value);
      return isFact(fact) ? { kind, fact } : { kind: 'unreachable' };
    } catch {
      return { kind: 'unreachable' };
    }
  }

  async fill(
    generation: TrustedGeneration,
    nonce: string,
    accountId: string,
    sessionId: string,
    fact: LiveSession | 'revoked',
  ): Promise<void> {
    const value = fact === 'revoked' ? 'x' : JSON.stringify(fact);
    try {
      await this.#run(
        FILL_SCRIPT,
        generation,
        accountId,
        [sessionId, nonce, value, String(this.#settings.keyTtlMs)],
        this.#settings.readDeadlineMs,
      );
    } catch {
      // A copy that did not arrive costs the next verification one SELECT, nothing else.
    }
  }

  async fence(generation: TrustedGeneration, accountId: string, nonce: string): Promise<void> {
    const [kind] = await this.#run(
      FENCE_SCRIPT,
      generation,
      accountId,
      [nonce],
      this.#settings.writeDeadlineMs,
    );
    if (kind !== 'fenced') throw new Error(`FENCE was answered ${kind}`);
  }

  async release(generation: TrustedGeneration, accountId: string, nonces: readonly string[]): Promise<void> {
    const [kind] = await this.#run(
      RELEASE_SCRIPT,
      generation,
      accountId,
      [nonces.join(' ')],
      this.#settings.writeDeadlineMs,
    );
    if (kind !== 'released') throw new Error(`RELEASE was answered ${kind}`);
  }

  async reached(): Promise<readonly string[] | null> {
    try {
      const info = await this.#within(this.#redis.info('replication'), this.#settings.writeDeadlineMs);
      const id = /^master_replid:([0-9a-f]+)\s*$/m.exec(info)?.[1];
      return id !== undefined && /^role:master\s*$/m.test(info) ? [id] : null;
    } catch {
      return null;
    }
  }

  async *fenced(
    generation: TrustedGeneration,
  ): AsyncIterable<{ accountId: string; nonces: readonly string[] }> {
    for await (const keys of this.#scan(`pc:${generation.name}:*`)) {
      const fences = Promise.all(keys.map((key) => this.#redis.hGet(key, 'f')));
      for (const [n, held] of (await this.#within(fences, this.#settings.writeDeadlineMs)).entries()) {
        const accountId = /\{(.+)\}$/.exec(keys[n] ?? '')?.[1];
        if (held && accountId) yield { accountId, nonces: held.split(' ') };
      }
    }
  }

  async removeOthers(current: () => Promise<string>): Promise<number> {
    const retired = new Map<string, boolean>();
    let removed = 0;
    for await (const keys of this.#scan('pc:*')) {
      const names = new Set(keys.map(generationOf));
      if ([...names].some((name) => !retired.has(name))) {
        const now = await current();
        for (const name of names) retired.set(name, name !== now);
      }
      const old = keys.filter((key) => retired.get(generationOf(key)));
      if (old.length > 0)
        removed += await this.#within(this.#redis.unlink(old), this.#settings.writeDeadlineMs);
    }
    return removed;
  }

  async *#scan(pattern: string): AsyncGenerator<string[]> {
    let cursor = '0';
    do {
      const page = this.#redis.scan(cursor, { MATCH: pattern, COUNT: 500 });
      const { cursor: next, keys } = await this.#within(page, this.#settings.writeDeadlineMs);
      cursor = next;
      if (keys.length > 0) yield keys;
    } while (cursor !== '0');
  }

  async #run(
    code: Script,
    generation: TrustedGeneration,
    accountId: string,
    args: string[],
    deadlineMs: number,
  ): Promise<string[]> {
    const call = {
      keys: [keyOf(generation.name, accountId)],
      arguments: [generation.replicationIds.join(' '), ...args],
    };
    const reply = await this.#within(
      this.#redis.evalSha(code.sha, call).catch((error: unknown) => {
        // A server that was restarted forgot the scripts; sending the text once teaches it again.
        if (error instanceof Error && error.message.startsWith('NOSCRIPT'))
          return this.#redis.eval(code.body, call);
        throw error;
      }),
      deadlineMs,
    );
    if (!Array.isArray(reply) || reply.length === 0) throw new Error('a script gave no answer');
    return reply.map(String);
  }

  /** node-redis's own command timeout stops counting once a command is written; this one does not. */
  async #within<T>(reply: Promise<T>, deadlineMs: number): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`Redis did not answer within ${deadlineMs} ms`)), deadlineMs);
    });
    reply.catch(() => undefined);
    try {
      return await Promise.race([reply, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Whether verifications currently skip Redis because it kept failing; for metrics. */
  get broken(): boolean {
    return this.#breaker.state !== CircuitState.Closed;
  }
}

/** For a deployment without Redis (P6): every verification is answered by Postgres. */
export class NoIndex implements SessionIndex {
  read = () => Promise.resolve<IndexAnswer>({ kind: 'unreachable' });
  fill = () => Promise.resolve();
  fence = () => Promise.reject(new Error('no index is configured'));
  release = () => Promise.reject(new Error('no index is configured'));
  reached = () => Promise.resolve(null);
  removeOthers = () => Promise.resolve(0);
  async *fenced(): AsyncIterable<never> {
    // Nothing to walk.
  }
}
