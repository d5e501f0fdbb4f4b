import { MikroORM, type SqlEntityManager } from '@mikro-orm/postgresql';
import { Migrator } from '@mikro-orm/migrations';
import type { Outcome, RevokingStore } from '@portcullis/authority/ports';
import { READ_GENERATION, SHARE_GENERATION, generationSeen } from '@portcullis/authority/postgres/history';
import { Guard, isGuardRefusal } from '@portcullis/authority/postgres/guard';
import { AuthError } from '../errors.ts';
import { BindingDriver } from './driver.ts';
import { AccountEntity, type AccountRow } from './entities/account.ts';
import { AuditEventEntity, NoticeEntity, RevocationFeedEntity } from './entities/record.ts';
import { RegistrationEntity } from './entities/registration.ts';
import { AccountEpochEntity, SessionEntity } from './entities/session.ts';
import { VerificationEntity } from './entities/verification.ts';
import { Migration20261124000000_foundation } from './migrations/Migration20261124000000_foundation.ts';
import { Migration20261124000001_service_clients } from './migrations/Migration20261124000001_service_clients.ts';
import { Migration20261124000002_count_by_hour } from './migrations/Migration20261124000002_count_by_hour.ts';
import { Migration20261125000000_mail_language } from './migrations/Migration20261125000000_mail_language.ts';
import { Migration20261125000001_application_role } from './migrations/Migration20261125000001_application_role.ts';
import { Migration20261125010000_failed_sign_ins } from './migrations/Migration20261125010000_failed_sign_ins.ts';
import { DeadlinePassed, isConnectivityError, isContention } from './outage.ts';
import { lockAccount } from './repository.ts';
import { retryingTransaction, type TransactionClock, type Tx } from './transaction.ts';
import { UnitOfWorkClient } from './unit-of-work-client.ts';

export interface DatabaseSettings {
  url: string;
  poolMax: number;
  acquireTimeoutMs: number;
  /** For each statement, at the server and, a little later, at the client. */
  statementTimeoutMs: number;
  lockTimeoutMs: number;
  /** Called with each statement's text (never its values); for tests and slow-query logs. */
  onQuery?: (sql: string) => void;
}

const RETRY_AFTER_MS = 1_000;
/** The server gives up on a statement by itself; only one that is silent meets the client's deadline. */
const GRACE_MS = 200;

/** Postgres as verbs see it: units of work and single reads, refused fast while Postgres is away. */
export class Database {
  readonly orm: MikroORM;
  readonly #clock: TransactionClock;
  readonly #answerMs: number;
  readonly #guard = new Guard({
    isOutage: isConnectivityError,
    outages: 3,
    signOfLife: () => this.ping(),
  });

  /** @param answerMs how long a read may take, whatever part of it the pool, the connection or the statement takes */
  constructor(orm: MikroORM, clock: TransactionClock, answerMs: number) {
    this.orm = orm;
    this.#clock = clock;
    this.#answerMs = answerMs;
  }

  /**
   * Runs `work` in a unit of work and commits it.
   * @throws AuthError `unavailable` when Postgres is away or the deadline passed, with `mayHaveTakenEffect` when the
   * commit was not answered; whatever `work` throws, after the rollback.
   */
  async write<T>(deadlineMs: number, work: (tx: Tx) => Promise<T>): Promise<T> {
    const outcome = await this.attempt(deadlineMs, work);
    if (outcome.kind === 'committed') return outcome.value;
    if (outcome.kind === 'unknown')
      throw new AuthError('unavailable', {
        retryAfterMs: RETRY_AFTER_MS,
        mayHaveTakenEffect: true,
        cause: outcome.error,
      });
    throw outcome.error;
  }

  /** One read outside any transaction: a clean fork, the newest committed state. */
  async read<T>(work: (em: SqlEntityManager) => Promise<T>): Promise<T> {
    try {
      return await this.#guard.execute(() => work(this.orm.em.fork({ clear: true })), this.#answerMs);
    } catch (error) {
      throw unavailableOr(error);
    }
  }

  /** Like `write`, with the outcome told instead of thrown: for the protocol, which settles an unknown commit itself. */
  async attempt<T>(deadlineMs: number, work: (tx: Tx) => Promise<T>): Promise<Outcome<T>> {
    let outcome: Outcome<T> | undefined;
    try {
      return await this.#guard.execute(async () => {
        outcome = await retryingTransaction(this.orm, this.#clock, deadlineMs, work);
        // The guard counts what is thrown; the caller wants to be told.
        if (outcome.kind === 'rolled_back') throw outcome.error;
        return outcome;
      });
    } catch (error) {
      const told = outcome ?? { kind: 'rolled_back' as const, error };
      return told.kind === 'rolled_back' ? { kind: 'rolled_back', error: unavailableOr(told.error) } : told;
    }
  }

  /** Resolves when Postgres answers; rejects otherwise. For readiness. */
  async ping(): Promise<void> {
    await this.orm.em.fork({ clear: true }).execute('select 1');
  }

  get broken(): boolean {
    return this.#guard.broken;
  }

  async close(): Promise<void> {
    await this.orm.close(true);
  }
}

const unavailableOr = (error: unknown): unknown =>
  isConnectivityError(error) ||
  isContention(error) ||
  error instanceof DeadlinePassed ||
  isGuardRefusal(error)
    ? new AuthError('unavailable', { retryAfterMs: RETRY_AFTER_MS, cause: error })
    : error;

/** P2's statements on the ORM's unit of work: the row lock by `LockMode.PESSIMISTIC_WRITE`, the rest on the same handle. */
export const revokingStore = (db: Database): RevokingStore<Tx, AccountRow> => ({
  transaction: (deadlineMs, work) => db.attempt(deadlineMs, work),
  lockAccount,
  shareGeneration: async (tx) => {
    await tx.execute(SHARE_GENERATION);
  },
  readGeneration: async (tx) => {
    const rows = await tx.execute<Parameters<typeof generationSeen>[0][]>(READ_GENERATION);
    const row = rows[0];
    if (row === undefined) throw new Error('portcullis.index_generation has no row: run the migrations');
    return generationSeen(row);
  },
});

export const openDatabase = async (
  settings: DatabaseSettings,
  clock: TransactionClock,
): Promise<Database> => {
  const orm = await MikroORM.init({
    driver: BindingDriver,
    clientUrl: settings.url,
    schema: 'portcullis',
    entities: [
      AccountEntity,
      SessionEntity,
      AccountEpochEntity,
      RegistrationEntity,
      VerificationEntity,
      AuditEventEntity,
      RevocationFeedEntity,
      NoticeEntity,
    ],
    extensions: [Migrator],
    forceUtcTimezone: true,
    pool: { min: 0, max: settings.poolMax },
    driverOptions: {
      Client: UnitOfWorkClient,
      application_name: 'portcullis',
      connectionTimeoutMillis: settings.acquireTimeoutMs,
      statement_timeout: settings.statementTimeoutMs,
      statementDeadlineMs: settings.statementTimeoutMs + GRACE_MS,
      lock_timeout: settings.lockTimeoutMs,
      idle_in_transaction_session_timeout: 30_000,
      keepAlive: true,
    },
    onQuery: (sql: string) => {
      settings.onQuery?.(sql);
      return sql;
    },
    schemaGenerator: { ignoreSchema: ['graphile_worker'] },
    migrations: {
      tableName: 'migration',
      snapshot: false,
      migrationsList: [
        { name: 'Migration20261124000000_foundation', class: Migration20261124000000_foundation },
        { name: 'Migration20261124000001_service_clients', class: Migration20261124000001_service_clients },
        { name: 'Migration20261124000002_count_by_hour', class: Migration20261124000002_count_by_hour },
        { name: 'Migration20261125000000_mail_language', class: Migration20261125000000_mail_language },
        { name: 'Migration20261125000001_application_role', class: Migration20261125000001_application_role },
        { name: 'Migration20261125010000_failed_sign_ins', class: Migration20261125010000_failed_sign_ins },
      ],
    },
    connect: false,
  } as never);
  return new Database(orm as MikroORM, clock, settings.statementTimeoutMs + GRACE_MS);
};
