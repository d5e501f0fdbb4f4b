import {
  type GenerationStore,
  type LeaseStore,
  type PollReply,
  type PollReport,
  type PostgresBranch,
  type Registration,
  type SessionStore,
  StoreUnavailable,
  type Truth,
} from '../../src/ports.ts';
import type { ManySessionStore, Subject } from '../../src/verify-many.ts';
import type { SimProcess } from '../process.ts';
import type { Connection } from './connection.ts';
import type { Database } from './database.ts';
import * as sql from './protocol-statements.ts';
import { PostgresError } from './server.ts';

/** SessionStore with the steps of postgres/sessions.ts. */
export class SimSessionStore implements SessionStore, ManySessionStore, GenerationStore {
  readonly #database: Database;
  readonly #process: SimProcess;

  constructor(database: Database, process: SimProcess) {
    this.#database = database;
    this.#process = process;
  }

  async truth(sessionId: string, accountId: string): Promise<Truth> {
    const statement = sql.truth(sessionId, accountId, this.#database.takeStandby());
    const row = await this.#guarded((one) => one.statement(statement));
    if (row.inRecovery) throw new StoreUnavailable('the server that answered is not a primary');
    return row.truth;
  }

  async truths(subjects: readonly Subject[]): Promise<Truth[]> {
    const statement = sql.truths(subjects, this.#database.takeStandby());
    const rows = await this.#guarded((one) => one.statement(statement));
    if (rows.some(({ inRecovery }) => inRecovery))
      throw new StoreUnavailable('the server that answered is not a primary');
    return rows.map(({ truth }) => truth);
  }

  async whileNobodyRevokes(accountId: string, work: () => Promise<void>): Promise<boolean> {
    const connection = this.#database.connect(this.#process, 'heal');
    try {
      connection.begin();
      await connection.statement(sql.lockForHeal(accountId));
      await work();
      await connection.commit();
      return true;
    } catch (error) {
      await connection.rollback().catch(() => undefined);
      if (error instanceof PostgresError && error.code === '55P03') return false;
      throw error;
    } finally {
      connection.close();
    }
  }

  async transactionStatus(
    xid: string,
    { systemId, timeline, generation }: PostgresBranch,
  ): Promise<'committed' | 'aborted' | 'in_progress' | 'unknown'> {
    const { status, branch } = await this.#guarded((one) => one.statement(sql.transactionStatus(xid)));
    if (status === 'error') throw new StoreUnavailable(`transaction ID ${xid} is in the future`);
    if (branch.systemId !== systemId || branch.timeline !== timeline) return 'unknown';
    if (branch.generation !== generation) return 'unknown';
    return status as 'committed' | 'aborted' | 'in_progress' | 'unknown';
  }

  async currentGeneration(): Promise<string> {
    const statement = sql.currentGeneration(this.#database.takeStandby());
    const row = await this.#guarded((one) => one.statement(statement));
    if (row.inRecovery) throw new StoreUnavailable('the server that answered is not a primary');
    return row.generation;
  }

  async #guarded<T>(work: (one: Connection) => Promise<T>): Promise<T> {
    try {
      return await this.#database.once(this.#process, 'verify', work);
    } catch (cause) {
      throw new StoreUnavailable('Postgres did not answer in time', { cause });
    }
  }
}

/** LeaseStore with the steps of postgres/leases.ts: one connection, dropped by any failure. */
export class SimLeaseStore implements LeaseStore {
  readonly #database: Database;
  readonly #process: SimProcess;
  #connection: Connection | null = null;

  constructor(database: Database, process: SimProcess) {
    this.#database = database;
    this.#process = process;
  }

  poll(report: PollReport): Promise<PollReply> {
    return this.#with((one) => one.statement(sql.poll(report)));
  }

  register(registration: Registration): Promise<boolean> {
    return this.#with(async (one) => {
      one.begin();
      try {
        await one.statement(sql.holdGeneration);
        const replaced = await one.statement(sql.replaceGeneration(registration));
        // In a statement after the UPDATE, so that it sees every lease that was granted before it.
        const reached =
          registration.unlessReached && (await one.statement(sql.somebodyReaches(registration)));
        const done = replaced === 1 && !reached;
        await (done ? one.commit() : one.rollback());
        return done;
      } catch (error) {
        await one.rollback();
        if (error instanceof PostgresError && error.code === '55P03') return false;
        throw error;
      }
    });
  }

  markLeasesComplete(generation: string): Promise<void> {
    return this.#with((one) => one.statement(sql.markLeasesComplete(generation)));
  }

  removeLease(instanceId: string): Promise<void> {
    return this.#with((one) => one.statement(sql.removeLease(instanceId)));
  }

  async #with<T>(work: (one: Connection) => Promise<T>): Promise<T> {
    const connection = this.#take();
    try {
      return await work(connection);
    } catch (error) {
      if (this.#connection === connection) this.#connection = null;
      connection.close();
      throw error;
    }
  }

  #take(): Connection {
    if (this.#connection?.isLost === true) this.#connection = null;
    return (this.#connection ??= this.#database.connect(this.#process, 'lease'));
  }
}
