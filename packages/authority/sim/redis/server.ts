import type { Scheduler } from '../scheduler.ts';
import type { Key, ScriptServer } from './scripts.ts';

const copyOf = (keys: ReadonlyMap<string, Key>): Map<string, Key> =>
  new Map(
    [...keys].map(([name, key]) => [name, { fields: new Map(key.fields), expiresAtMs: key.expiresAtMs }]),
  );

/** What the world wants to hear: the checker must know when a fence was lost with its key. */
export interface RedisEvents {
  lostKeys?: (names: readonly string[], keys: ReadonlyMap<string, Key>) => void;
}

/** One Redis process: a history of its own from each start as a primary on, keys that may vanish, old dumps. */
export class RedisServer implements ScriptServer {
  readonly name: string;
  readonly scheduler: Scheduler;
  replid: string;
  isPrimary = true;
  isUp = true;
  keys = new Map<string, Key>();
  /** Grows with each start; a command that was sent to an earlier life never arrives. */
  life = 0;
  events: RedisEvents = {};
  #histories = 0;
  #dump = new Map<string, Key>();

  constructor(scheduler: Scheduler, name: string) {
    this.scheduler = scheduler;
    this.name = name;
    this.replid = this.#nextHistory();
  }

  nowMs(): number {
    return this.scheduler.nowMs;
  }

  #nextHistory(): string {
    this.#histories += 1;
    return `${this.name}h${this.#histories}`;
  }

  save(): void {
    this.#dump = copyOf(this.keys);
  }

  flush(): void {
    this.#lose([...this.keys.keys()]);
  }

  evict(name: string): void {
    this.#lose([name]);
  }

  /** Ends; started again it is a primary of a new history, empty or with what was saved last. */
  restart(from: 'nothing' | 'dump'): void {
    this.life += 1;
    this.keys = from === 'dump' ? copyOf(this.#dump) : new Map();
    this.replid = this.#nextHistory();
    this.isPrimary = true;
    this.isUp = true;
  }

  stop(): void {
    this.life += 1;
    this.isUp = false;
  }

  /** REPLICAOF another one: its data is gone for the other's, under live connections. */
  follow(primary: RedisServer): void {
    this.isPrimary = false;
    this.replid = primary.replid;
    this.keys = copyOf(primary.keys);
  }

  /** A replica whose link broke earlier holds this. */
  holdCopyOf(primary: RedisServer): void {
    this.follow(primary);
  }

  /** REPLICAOF NO ONE: from here on a history of its own. */
  promote(): void {
    this.isPrimary = true;
    this.replid = this.#nextHistory();
  }

  #lose(names: readonly string[]): void {
    this.events.lostKeys?.(names, this.keys);
    for (const name of names) this.keys.delete(name);
  }
}
