import { createAuthority, type SessionAuthority } from '../src/authority.ts';
import { isTrusted } from '../src/lease.ts';
import { ManyVerifier } from '../src/verify-many.ts';
import type { Connection } from './postgres/connection.ts';
import type { Database } from './postgres/database.ts';
import type { AccountRow, SessionLife } from './postgres/rows.ts';
import { SimLeaseStore, SimSessionStore } from './postgres/stores.ts';
import { UnitsOfWork } from './postgres/unit-of-work.ts';
import { touch } from './postgres/verb-statements.ts';
import { type ProcessOptions, SimProcess } from './process.ts';
import type { RedisServer } from './redis/server.ts';
import { type IndexEvents, type RedisTarget, SimSessionIndex } from './redis/session-index.ts';
import type { Scheduler } from './scheduler.ts';

export interface InstanceOptions extends ProcessOptions {
  leaseMs: number;
  pollMs: number;
  sweepMs: number;
  databaseLoss: 'refuse' | 'serve';
  life: SessionLife;
}

/** One API instance: the real protocol code on simulated ports, in a process of its own. */
export interface Instance {
  readonly name: string;
  readonly process: SimProcess;
  readonly authority: SessionAuthority<Connection, AccountRow>;
  /** Many at once (P1); the service has it beside the authority, too. */
  readonly many: ManyVerifier;
  readonly units: UnitsOfWork;
  readonly life: SessionLife;
  readonly index: SimSessionIndex;
  readonly target: Target;
  readonly database: Database;
  /** Records a use of a session in the background, as the service's touch.ts does. */
  touch(sessionId: string, accountId: string): void;
}

/** The most that passes between two records of use: five minutes in the service, less than a run here. */
const MOST_MS = 300;

/** Where this instance's commands go; faults change it. */
export class Target implements RedisTarget {
  isCut = false;
  readonly isCluster: boolean;
  #serverOf: (accountId: string) => RedisServer;
  #all: () => readonly RedisServer[];

  constructor(
    serverOf: (accountId: string) => RedisServer,
    all: () => readonly RedisServer[],
    isCluster: boolean,
  ) {
    this.isCluster = isCluster;
    this.#serverOf = serverOf;
    this.#all = all;
  }

  serverOf(accountId: string): RedisServer {
    return this.#serverOf(accountId);
  }

  all(): readonly RedisServer[] {
    return this.#all();
  }

  serves(server: RedisServer, accountId: string): boolean {
    return !this.isCluster || this.serverOf(accountId) === server;
  }

  pointAt(server: RedisServer): void {
    this.#serverOf = () => server;
    this.#all = () => [server];
  }
}

export const startInstance = (
  scheduler: Scheduler,
  database: Database,
  target: Target,
  events: IndexEvents,
  options: InstanceOptions,
): Instance => {
  const process = new SimProcess(scheduler, options);
  const index = new SimSessionIndex(process, database.network, target, events);
  const units = new UnitsOfWork(database, process);
  const { clock, random, log } = process;
  const sessions = new SimSessionStore(database, process);
  const authority = createAuthority<Connection, AccountRow>(
    { index, sessions, leases: new SimLeaseStore(database, process), revoking: units, clock, random, log },
    { ...options, instanceId: options.name },
  );
  const { lease, healer } = authority;
  const heal = healer.attempt.bind(healer);
  const many = new ManyVerifier({ lease, index, store: sessions, clock, random, log, heal }, options);
  const intervalMs = Math.min(options.life.idleMs / 10, MOST_MS);
  const recordUse = async (sessionId: string, accountId: string) => {
    const statement = touch(sessionId, intervalMs);
    const wasTouched = await database.once(process, 'touch', (one) => one.statement(statement));
    const trust = authority.lease.trust();
    if (wasTouched && trust !== null && isTrusted(trust.generation))
      await index.release(trust.generation, accountId, []);
  };
  return {
    name: options.name,
    process,
    authority,
    many,
    units,
    life: options.life,
    index,
    target,
    database,
    touch: (sessionId, accountId) => void recordUse(sessionId, accountId).catch(() => undefined),
  };
};
