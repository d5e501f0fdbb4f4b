import type { IndexAnswer, LiveSession, SessionIndex, TrustedGeneration } from '../../src/ports.ts';
import type { Network } from '../postgres/connection.ts';
import type { Settled, SimProcess } from '../process.ts';
import type { RedisServer } from './server.ts';
import { fence, fill, read, release, type ScriptServer } from './scripts.ts';

const READ_MS = 250;
const WRITE_MS = 1_000;
const NEW_KEY_TTL_MS = 60_000;
const KEY_TTL_MS = 86_400_000;

/** What the world wants to hear of scripts that ran. */
export interface IndexEvents {
  ran?: (
    script: 'fence' | 'release',
    generation: string,
    accountId: string,
    nonces: readonly string[],
  ) => void;
}

/** The Redis that one process is pointed at, or the primaries of its cluster. */
export interface RedisTarget {
  serverOf(accountId: string): RedisServer;
  all(): readonly RedisServer[];
  /** A cluster's primary answers MOVED for an account whose slot it no longer serves. */
  serves(server: RedisServer, accountId: string): boolean;
  /** Nothing of this process arrives there, and it knows at once. */
  isCut: boolean;
}

type Script = (server: ScriptServer, key: string, args: readonly string[]) => string[];

export const keyOf = (generation: string, accountId: string) => `pc:${generation}:{${accountId}}`;

/** SessionIndex with the steps of redis/session-index.ts; commands on it overtake one another freely. */
export class SimSessionIndex implements SessionIndex {
  readonly #process: SimProcess;
  readonly #network: Network;
  readonly #target: RedisTarget;
  readonly #events: IndexEvents;
  /** Calls that wait for an answer. */
  readonly #waiting = new Set<(settled: Settled<never>) => void>();

  constructor(process: SimProcess, network: Network, target: RedisTarget, events: IndexEvents) {
    this.#process = process;
    this.#network = network;
    this.#target = target;
    this.#events = events;
  }

  async read(
    g: TrustedGeneration,
    accountId: string,
    sessionId: string,
    nonce: string,
  ): Promise<IndexAnswer> {
    try {
      const args = [sessionId, nonce, `${NEW_KEY_TTL_MS}`];
      const [kind, value] = await this.#run('READ', read, g, accountId, args, READ_MS);
      if (kind === 'fenced' && value !== undefined) return { kind, nonces: value.split(' ') };
      if (kind === 'leased' || kind === 'untrusted') return { kind };
      if (kind !== 'decisive' || value === undefined) return { kind: 'unreachable' };
      return { kind, fact: value === 'x' ? 'revoked' : (JSON.parse(value) as LiveSession) };
    } catch {
      return { kind: 'unreachable' };
    }
  }

  async fill(
    g: TrustedGeneration,
    nonce: string,
    accountId: string,
    sessionId: string,
    fact: LiveSession | 'revoked',
  ): Promise<void> {
    const value = fact === 'revoked' ? 'x' : JSON.stringify(fact);
    await this.#run('FILL', fill, g, accountId, [sessionId, nonce, value, `${KEY_TTL_MS}`], READ_MS).catch(
      () => undefined,
    );
  }

  async fence(g: TrustedGeneration, accountId: string, nonce: string): Promise<void> {
    const [kind] = await this.#run('FENCE', fence, g, accountId, [nonce], WRITE_MS);
    if (kind !== 'fenced') throw new Error(`FENCE was answered ${kind}`);
  }

  async release(g: TrustedGeneration, accountId: string, nonces: readonly string[]): Promise<void> {
    const [kind] = await this.#run('RELEASE', release, g, accountId, [nonces.join(' ')], WRITE_MS);
    if (kind !== 'released') throw new Error(`RELEASE was answered ${kind}`);
  }

  async reached(): Promise<readonly string[] | null> {
    try {
      const found: string[] = [];
      for (const server of this.#target.all()) {
        const id = await this.#command(server, 'INFO', WRITE_MS, () =>
          server.isPrimary ? server.replid : null,
        );
        if (id === null) return null;
        found.push(id);
      }
      return found;
    } catch {
      return null;
    }
  }

  async *fenced(g: TrustedGeneration): AsyncIterable<{ accountId: string; nonces: readonly string[] }> {
    for (const server of this.#target.all()) {
      const names = await this.#command(server, 'SCAN', WRITE_MS, () =>
        [...server.keys.keys()].filter((name) => name.startsWith(`pc:${g.name}:`)),
      );
      for (const name of names) {
        const held = await this.#command(server, `HGET ${name} f`, WRITE_MS, () =>
          server.keys.get(name)?.fields.get('f'),
        );
        const accountId = /\{(.+)\}$/.exec(name)?.[1];
        if (held && accountId) yield { accountId, nonces: held.split(' ') };
      }
    }
  }

  async removeOthers(current: () => Promise<string>): Promise<number> {
    for (const server of this.#target.all()) {
      const names = await this.#command(server, 'SCAN', WRITE_MS, () => [...server.keys.keys()]);
      if (names.length === 0) continue;
      const kept = `pc:${await current()}:`;
      const old = names.filter((name) => !name.startsWith(kept));
      if (old.length > 0)
        await this.#command(server, `UNLINK ${old.join(' ')}`, WRITE_MS, () => {
          for (const name of old) server.keys.delete(name);
          return old.length;
        });
    }
    return 0;
  }

  /** The connection breaks: everything under way fails here, and may run there nevertheless. */
  reset(): void {
    for (const settle of [...this.#waiting])
      this.#process.deliver(`${this.#process.name} loses its connection to Redis`, () =>
        settle({ ok: false, error: new Error('connection reset') }),
      );
  }

  #run(label: string, script: Script, g: TrustedGeneration, accountId: string, args: string[], ms: number) {
    const server = this.#target.serverOf(accountId);
    const name = `${label} ${accountId} ${args.slice(0, 2).join(' ')}`;
    return this.#command(server, name, ms, () => {
      if (!this.#target.serves(server, accountId)) throw new Error('MOVED');
      const reply = script(server, keyOf(g.name, accountId), [g.replicationIds.join(' '), ...args]);
      if (reply[0] === 'fenced' && label === 'FENCE') this.#events.ran?.('fence', g.name, accountId, args);
      if (reply[0] === 'released')
        this.#events.ran?.('release', g.name, accountId, args[0]?.split(' ') ?? []);
      return reply;
    });
  }

  #command<T>(server: RedisServer, label: string, deadlineMs: number, run: () => T): Promise<T> {
    const { scheduler } = server;
    const what = `${this.#process.name} ${server.name} ${label}`;
    return new Promise((resolve, reject) => {
      let isWaiting = true;
      const settle = (settled: Settled<T>) => {
        if (!isWaiting) return;
        isWaiting = false;
        cancel();
        this.#waiting.delete(settle as (settled: Settled<never>) => void);
        if (settled.ok) resolve(settled.value);
        else reject(settled.error);
      };
      const cancel = this.#process.timer(deadlineMs, `${what}: given up`, () =>
        settle({ ok: false, error: new Error('no answer in time') }),
      );
      const answer = (settled: Settled<T>) =>
        this.#process.deliver(
          this.#process.isObserved()
            ? `${what} answered ${settled.ok ? JSON.stringify(settled.value) : settled.error.message}`
            : `${what} answered`,
          () => settle(settled),
          this.#network.reply(`${this.#process.name} redis`),
        );
      if (this.#target.isCut || !server.isUp) return answer({ ok: false, error: new Error('not connected') });
      this.#waiting.add(settle as (settled: Settled<never>) => void);
      const { life } = server;
      scheduler.add(
        what,
        () => {
          if (server.life !== life) return answer({ ok: false, error: new Error('connection reset') });
          try {
            answer({ ok: true, value: run() });
          } catch (error) {
            answer({ ok: false, error: error as Error });
          }
        },
        { weight: this.#network.weight(`${this.#process.name} redis`) },
      );
    });
  }
}
