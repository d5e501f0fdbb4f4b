import type { Settled, SimProcess } from '../process.ts';
import type { Action } from '../scheduler.ts';
import { PostgresError, type PostgresServer, type Transaction } from './server.ts';
import { type Lock, type Statement, type View, viewOf } from './statement.ts';

const told = (settled: Settled<unknown>) =>
  settled.ok ? (JSON.stringify(settled.value) ?? 'done') : settled.error.message;

/** How calls travel: one object for the whole world, asked for each message. */
export interface Network {
  /** Weight of the next message of this connection: small when it will be stuck somewhere for long. */
  weight(connection: string): number;
  /** How the answer travels back: with its effect in one step, which nothing can tell from a quick one, or by itself. */
  reply(connection: string): { weight: number; isNow: boolean };
}

/** The connection ended before the answer came. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

interface Call {
  label: string;
  /** Not there when the server has begun with it. */
  effect: Action | null;
  settle: (settled: Settled<unknown>) => void;
}

/**
 * One client connection and its backend. Client and server may disagree about whether it still exists: the client may
 * have given up while the statement runs on, COMMIT may have arrived although its answer did not.
 */
export class Connection {
  readonly label: string;
  readonly process: SimProcess;
  readonly server: PostgresServer;
  isLost = false;
  transaction: Transaction | null = null;
  #isInTransaction = false;
  #call: Call | null = null;
  /** The backend works on a statement, or waits for a lock. */
  #isBusy = false;
  #failsNext = false;
  readonly #network: Network;
  readonly #world: Set<Connection>;

  constructor(
    server: PostgresServer,
    network: Network,
    process: SimProcess,
    label: string,
    all: Set<Connection>,
  ) {
    this.server = server;
    this.#network = network;
    this.process = process;
    this.label = `${process.name} ${label}`;
    this.#world = all;
    all.add(this);
    process.atDeath(() => this.#vanish(true));
  }

  /** BEGIN; it travels with the next statement. */
  begin(): void {
    this.#isInTransaction = true;
  }

  /** Something is under way, or a transaction is open: worth to be hit by a fault. */
  isInUse(): boolean {
    return this.#call !== null || this.transaction !== null;
  }

  /** A statement outside a transaction has written, and nobody sees it yet. */
  isAboutToCommit(): boolean {
    return !this.#isInTransaction && this.#isBusy && (this.transaction?.writes.size ?? 0) > 0;
  }

  /** COMMIT was sent and is not answered yet. */
  isCommitting(): boolean {
    return this.#call?.label === 'COMMIT';
  }

  statement<Result>(statement: Statement<Result>, timeoutMs = 1_000): Promise<Result> {
    return this.#send<Result>(statement.name, timeoutMs, (done) => this.#execute(statement, done));
  }

  /** Resolves to the tag of Postgres's answer: ROLLBACK for a transaction that was aborted before. */
  commit(): Promise<string> {
    return this.#send<string>('COMMIT', null, (done) => {
      const { transaction } = this;
      const tag = transaction?.isAborted === true ? 'ROLLBACK' : 'COMMIT';
      if (transaction !== null) this.#finish(transaction, tag === 'COMMIT');
      done({ ok: true, value: tag });
    });
  }

  rollback(): Promise<void> {
    return this.#send<void>('ROLLBACK', 1_000, (done) => {
      if (this.transaction !== null) this.#finish(this.transaction, false);
      done({ ok: true, value: undefined });
    });
  }

  /** The server cancels the next statement: a timeout, an administrator, a full disk. */
  failNext(): void {
    this.#failsNext = true;
  }

  /** The client lets it go. */
  close(): void {
    if (!this.isLost) this.#vanish(true);
  }

  /**
   * It breaks. @param arrives whether what was sent and not begun reaches the server nevertheless, maybe much later
   */
  lose(arrives: boolean): void {
    const call = this.#call;
    this.#vanish(arrives);
    if (call !== null)
      this.process.deliver(`${this.label}: connection lost during ${call.label}`, () =>
        call.settle({ ok: false, error: new ConnectionLost(`connection lost during ${call.label}`) }),
      );
  }

  /** The server went down: whatever it had not done will not be done. */
  serverGone(): void {
    this.transaction = null;
    this.#isBusy = false;
    this.lose(false);
  }

  #vanish(arrives: boolean): void {
    if (this.isLost) return;
    this.isLost = true;
    this.#world.delete(this);
    const call = this.#call;
    this.#call = null;
    if (call?.effect && !arrives) this.server.scheduler.remove(call.effect);
    if (this.transaction !== null || (call?.effect && arrives) || this.#isBusy) this.#backendEnds(call);
  }

  /** Sooner or later the backend finds nobody there and rolls back what is open. */
  #backendEnds(call: Call | null): void {
    const { scheduler } = this.server;
    const isPending = () => call?.effect != null && scheduler.has(call.effect);
    scheduler.add(
      `${this.label}: backend ends`,
      () => {
        if (this.transaction !== null) this.#finish(this.transaction, false);
      },
      { weight: 0.5, isReady: () => !this.#isBusy && !isPending() },
    );
  }

  #finish(transaction: Transaction, commits: boolean): void {
    this.transaction = null;
    this.#isInTransaction = false;
    if (!this.server.isRunning(transaction)) return;
    if (commits) this.server.commit(transaction);
    else this.server.rollback(transaction);
  }

  #send<Result>(
    label: string,
    timeoutMs: number | null,
    perform: (done: (settled: Settled<Result>) => void) => void,
  ): Promise<Result> {
    if (this.#call !== null)
      throw new Error(`${this.label}: ${label} while ${this.#call.label} is under way`);
    return new Promise((resolve, reject) => {
      if (this.isLost) {
        this.process.deliver(`${this.label}: ${label} on a lost connection`, () =>
          reject(new ConnectionLost('lost before')),
        );
        return;
      }
      let cancel: () => void = () => undefined;
      const settle = (settled: Settled<Result>) => {
        cancel();
        if (settled.ok) resolve(settled.value);
        else reject(settled.error);
      };
      const call: Call = { label, effect: null, settle: settle as Call['settle'] };
      this.#call = call;
      if (timeoutMs !== null)
        cancel = this.process.timer(timeoutMs, `${this.label}: ${label} timed out`, () => this.lose(true));
      call.effect = this.server.scheduler.add(
        `${this.label}: ${label}`,
        () => {
          call.effect = null;
          if (!this.server.isUp) return this.serverGone();
          this.#isBusy = true;
          perform((settled) => {
            this.#isBusy = false;
            this.#answer(call, settled as Settled<unknown>);
          });
        },
        { weight: this.#network.weight(this.label) },
      );
    });
  }

  #answer(call: Call, settled: Settled<unknown>): void {
    if (this.#call !== call) return;
    this.process.deliver(
      this.process.isObserved()
        ? `${this.label}: ${call.label} answered ${told(settled)}`
        : `${this.label}: ${call.label} answered`,
      () => {
        if (this.#call !== call) return;
        this.#call = null;
        call.settle(settled);
      },
      this.#network.reply(this.label),
    );
  }

  #execute<Result>(statement: Statement<Result>, done: (settled: Settled<Result>) => void): void {
    const { server } = this;
    const transaction = (this.transaction ??= server.begin());
    const fail = (code: string, message: string) => {
      transaction.isAborted = true;
      if (!this.#isInTransaction) this.#finish(transaction, false);
      done({ ok: false, error: new PostgresError(code, message) });
    };
    if (this.#failsNext) {
      this.#failsNext = false;
      return fail('57014', 'the statement was cancelled');
    }
    if (transaction.isAborted) return fail('25P02', 'the transaction is aborted');
    const view = viewOf(server, transaction, server.committed);
    const lock = statement.lock?.(view) ?? null;
    const proceed = () => {
      if (lock) server.locks.take(transaction, lock.key, lock.mode);
      this.#complete(statement.run(view), view, statement.isAtomic === true, done);
    };
    if (lock === null || server.locks.isFree(transaction, lock.key, lock.mode)) return proceed();
    if (lock.nowait === true) return fail('55P03', 'could not obtain lock');
    this.#await(statement.name, lock, transaction, proceed, () => fail('55P03', 'lock timeout'));
  }

  #await(
    name: string,
    lock: Lock,
    transaction: Transaction,
    proceed: () => void,
    timedOut: () => void,
  ): void {
    const { server } = this;
    const label = `${this.label}: ${name}`;
    server.scheduler.note(`${label} waits for ${lock.key} ${lock.mode}`);
    const isStill = () => server.isRunning(transaction);
    const granted = server.scheduler.add(
      `${label} gets ${lock.key} ${lock.mode}`,
      () => {
        server.scheduler.removeTimer(timeout);
        if (isStill()) proceed();
      },
      { isReady: () => !isStill() || server.locks.isFree(transaction, lock.key, lock.mode) },
    );
    const timeout = server.scheduler.addTimer(
      lock.key === 'advisory' ? 200 : 700,
      `${label} waited too long`,
      () => {
        server.scheduler.remove(granted);
        if (isStill()) timedOut();
      },
    );
  }

  /** A statement outside a transaction commits by itself, a moment after it has run. */
  #complete<Result>(
    result: Result,
    view: View,
    isAtomic: boolean,
    done: (settled: Settled<Result>) => void,
  ): void {
    const { transaction, server } = view;
    if (this.#isInTransaction) return done({ ok: true, value: result });
    if (transaction.writes.size === 0 || isAtomic) {
      this.#finish(transaction, true);
      return done({ ok: true, value: result });
    }
    server.scheduler.add(
      `${this.label}: its statement commits`,
      () => {
        const isStill = server.isRunning(transaction);
        this.#finish(transaction, true);
        if (isStill) done({ ok: true, value: result });
      },
      { weight: this.#network.weight(this.label) },
    );
  }
}
