import { AsyncLocalStorage } from 'node:async_hooks';
import { Client, DatabaseError } from 'pg';

/** One attempt at a transaction, as its connection sees it. */
export interface AttemptState {
  /** Given up before COMMIT was sent; COMMIT will never be sent. */
  abandoned: boolean;
  commitSent: boolean;
  destroy: (() => void) | null;
}

export const attempts = new AsyncLocalStorage<AttemptState>();

/** COMMIT was sent and nobody knows what became of it. */
export class CommitUnknown extends Error {
  override readonly name = 'CommitUnknown';
}

/** Postgres answered COMMIT with something else, such as ROLLBACK for an aborted transaction. */
class NotCommitted extends Error {
  override readonly name = 'NotCommitted';
}

/** 57P01–57P03 and 57014: the server ended the wait for a standby; the transaction may well be durable. */
const INTERRUPTED = /^57(P0[123]|014)$/;

const BEGIN = /^(begin|start transaction)/i;

/**
 * The connection under every unit of work. It sends COMMIT with no statement timeout (cancelling a commit that waits
 * for a standby commits it anyway), accepts no other tag than COMMIT as an answer, and puts a deadline on everything else.
 */
export class UnitOfWorkClient extends Client {
  readonly #deadlineMs: number;
  #failedBegin: Error | null = null;

  constructor(config: ConstructorParameters<typeof Client>[0] & { statementDeadlineMs?: number }) {
    super(config);
    this.#deadlineMs = config?.statementDeadlineMs ?? 1_000;
  }

  // pg declares a dozen overloads; kysely and the ORM use the promise form with text and values only.
  // @ts-expect-error one signature stands for all overloads
  override query(text: unknown, values?: unknown, callback?: unknown): Promise<unknown> {
    if (typeof callback === 'function' || typeof values === 'function' || typeof text !== 'string')
      return super.query(text as string, values as unknown[], callback as never) as never;
    const attempt = attempts.getStore();
    if (BEGIN.test(text)) return this.#begin(attempt, text);
    if (text.toLowerCase() === 'commit') return this.#commit(attempt);
    if (text.toLowerCase() === 'rollback') return this.#rollback();
    if (this.#failedBegin !== null) return Promise.reject(this.#failedBegin);
    return this.#timed(super.query(text, values as unknown[]));
  }

  /**
   * kysely gives a connection back only after a COMMIT or ROLLBACK that succeeded; a BEGIN or ROLLBACK that throws would
   * leak it, one for each transaction that an outage hits. So a failed BEGIN shows at the first statement instead, and a
   * ROLLBACK on a dead connection succeeds: the server has rolled back already, and the pool throws such a client away.
   */
  async #begin(attempt: AttemptState | undefined, text: string): Promise<unknown> {
    this.#failedBegin = null;
    if (attempt) attempt.destroy = () => this.destroySocket();
    try {
      return await this.#timed(super.query(text) as Promise<unknown>);
    } catch (error) {
      this.#failedBegin = error instanceof Error ? error : new Error('BEGIN failed');
      this.destroySocket();
      return { command: 'BEGIN', rowCount: null, rows: [] };
    }
  }

  async #rollback(): Promise<unknown> {
    try {
      return await this.#timed(super.query('rollback') as Promise<unknown>);
    } catch {
      this.destroySocket();
      return { command: 'ROLLBACK', rowCount: null, rows: [] };
    }
  }

  async #commit(attempt: AttemptState | undefined): Promise<unknown> {
    if (this.#failedBegin !== null) throw this.#failedBegin;
    if (attempt?.abandoned) throw new NotCommitted('given up before COMMIT was sent');
    let warning: string | undefined;
    const onNotice = (notice: { severity?: string | undefined; message?: string | undefined }) => {
      if (notice.severity === 'WARNING') warning = notice.message ?? 'WARNING';
    };
    this.on('notice', onNotice);
    if (attempt) attempt.commitSent = true;
    try {
      // Two statements in one message: the second starts with the timeout of the first, none.
      const reply: unknown = await super.query('SET LOCAL statement_timeout = 0; COMMIT');
      const last = Array.isArray(reply) ? (reply.at(-1) as { command?: string } | undefined) : undefined;
      if (last?.command !== 'COMMIT') throw new NotCommitted(`COMMIT was answered ${String(last?.command)}`);
      if (warning !== undefined) throw new CommitUnknown(warning);
      return last;
    } catch (error) {
      if (error instanceof NotCommitted || error instanceof CommitUnknown) throw error;
      const refused = error instanceof DatabaseError && !INTERRUPTED.test(error.code ?? '');
      throw refused ? error : new CommitUnknown('the connection was lost during COMMIT', { cause: error });
    } finally {
      this.off('notice', onNotice);
    }
  }

  async #timed(reply: Promise<unknown>): Promise<unknown> {
    // A server that stopped answering is told from a slow one only by the clock; its connection cannot be used again.
    const timer = setTimeout(() => this.destroySocket(), this.#deadlineMs);
    try {
      return await reply;
    } finally {
      clearTimeout(timer);
    }
  }

  destroySocket(): void {
    this.connection.stream.destroy();
  }
}
