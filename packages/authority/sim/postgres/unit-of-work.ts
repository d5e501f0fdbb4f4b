import type { Outcome, RevokingStore } from '../../src/ports.ts';
import type { SimProcess } from '../process.ts';
import { type Connection, ConnectionLost } from './connection.ts';
import type { Database } from './database.ts';
import { readGeneration, shareGeneration } from './protocol-statements.ts';
import type { AccountRow } from './rows.ts';
import { PostgresError } from './server.ts';
import { lockAccount } from './verb-statements.ts';

/** The deadline passed before COMMIT was sent: it never will be. */
class Abandoned extends Error {}

const RETRYABLE = new Set(['40001', '40P01', '55P03']);

/** Units of work with the steps of the service's transaction.ts and unit-of-work-client.ts. */
export class UnitsOfWork implements RevokingStore<Connection, AccountRow> {
  readonly #database: Database;
  readonly #process: SimProcess;

  constructor(database: Database, process: SimProcess) {
    this.#database = database;
    this.#process = process;
  }

  async transaction<T>(deadlineMs: number, work: (tx: Connection) => Promise<T>): Promise<Outcome<T>> {
    const { clock } = this.#process;
    for (let tries = 1; ; tries += 1) {
      const outcome = await this.#attempt(deadlineMs, work);
      const isRetryable =
        outcome.kind === 'rolled_back' &&
        outcome.error instanceof PostgresError &&
        RETRYABLE.has(outcome.error.code);
      if (!isRetryable) return outcome;
      const pauseMs = Math.min(10 * 2 ** Math.min(tries, 5), 200);
      if (clock.monotonicMs() + pauseMs >= deadlineMs) return outcome;
      await clock.sleep(pauseMs);
    }
  }

  lockAccount(tx: Connection, accountId: string): Promise<AccountRow | null> {
    return tx.statement(lockAccount(accountId));
  }

  shareGeneration(tx: Connection): Promise<void> {
    return tx.statement(shareGeneration);
  }

  readGeneration(tx: Connection) {
    return tx.statement(readGeneration);
  }

  #attempt<T>(deadlineMs: number, work: (tx: Connection) => Promise<T>): Promise<Outcome<T>> {
    const state = { abandoned: false, commitSent: false };
    const connection = this.#database.connect(this.#process, 'write');
    return new Promise((resolve) => {
      const leftMs = deadlineMs - this.#process.clock.monotonicMs();
      const cancel = this.#process.timer(leftMs, `${connection.label}: deadline passed`, () => {
        const error = new Abandoned('the deadline of the request passed');
        if (state.commitSent) return resolve({ kind: 'unknown', error });
        state.abandoned = true;
        connection.lose(true);
        resolve({ kind: 'rolled_back', error });
      });
      void this.#run(connection, state, work).then((outcome) => {
        cancel();
        connection.close();
        resolve(outcome);
      });
    });
  }

  async #run<T>(
    connection: Connection,
    state: { abandoned: boolean; commitSent: boolean },
    work: (tx: Connection) => Promise<T>,
  ): Promise<Outcome<T>> {
    connection.begin();
    try {
      const value = await work(connection);
      if (state.abandoned) throw new Abandoned('given up before COMMIT was sent');
      state.commitSent = true;
      const tag = await connection.commit();
      if (tag !== 'COMMIT') throw new Error(`COMMIT was answered ${tag}`);
      return { kind: 'committed', value };
    } catch (error) {
      if (state.commitSent && error instanceof ConnectionLost) return { kind: 'unknown', error };
      if (!connection.isLost) await connection.rollback().catch(() => undefined);
      return { kind: 'rolled_back', error };
    }
  }
}
