import type { LockMode } from './locks.ts';
import type { PostgresServer, Transaction } from './server.ts';
import type { State } from './rows.ts';

/** What one statement sees and does. */
export interface View {
  /** The row in the statement's snapshot, or as this transaction left it. */
  get<Row extends object>(key: string): Row | undefined;
  /** The newest committed version of a row that this statement has locked: READ COMMITTED reads it again. */
  newest<Row extends object>(key: string): Row | undefined;
  /** Rows of a table in the snapshot, with this transaction's own changes. */
  all<Row extends object>(table: string): Row[];
  put(key: string, row: object): void;
  remove(key: string): void;
  readonly transaction: Transaction;
  readonly server: PostgresServer;
}

export interface Lock {
  key: string;
  mode: LockMode;
  nowait?: boolean;
}

/** One SQL statement, as far as the protocol depends on it. */
export interface Statement<Result> {
  name: string;
  /** The lock it waits for, judged by its snapshot: a row that does not match is not locked. */
  lock?: (view: View) => Lock | null;
  run: (view: View) => Result;
  /** Commits as it runs: the locks that it really takes let nobody in between who would notice. */
  isAtomic?: true;
}

const own = <Row extends object>(transaction: Transaction, state: State, key: string): Row | undefined => {
  const written = transaction.writes.get(key);
  return (written === undefined ? state.get(key) : (written ?? undefined)) as Row | undefined;
};

/** @param snapshot what was committed when the statement began */
export const viewOf = (server: PostgresServer, transaction: Transaction, snapshot: State): View => ({
  server,
  transaction,
  get: (key) => own(transaction, snapshot, key),
  newest: (key) => own(transaction, server.committed, key),
  all: <Row extends object>(table: string) => {
    const keys = new Set([...snapshot.keys(), ...transaction.writes.keys()]);
    const rows: Row[] = [];
    for (const key of keys) {
      const row = key.startsWith(`${table}/`) ? own<Row>(transaction, snapshot, key) : undefined;
      if (row !== undefined) rows.push(row);
    }
    return rows;
  },
  put: (key, row) => void transaction.writes.set(key, row),
  remove: (key) => void transaction.writes.set(key, null),
});
