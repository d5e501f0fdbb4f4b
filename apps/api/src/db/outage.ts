/**
 * Postgres is going away, is starting, lets nobody in, has nothing left (connections, memory, room), cannot read its
 * disk, became a standby, or cancelled us by timeout. None of it is the caller's doing.
 */
const OUTAGE_STATES = /^(08|28|3D|53|58|57P0|57014|25006)/;
const OUTAGE_SYSCALLS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
const OUTAGE_MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|timeout expired|Client has encountered a connection error|Cannot use a pool after calling end|not queryable|was closed|socket/i;

/**
 * The deadline of the request passed while a transaction was under way. Not by itself a sign that Postgres is away: it
 * may be a row that somebody else holds, and that must refuse nobody but those who want the row.
 */
export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed';
}

/** Whether an error says that Postgres could not be asked, rather than that it said no. */
export const isConnectivityError = (error: unknown): boolean => {
  if (!(error instanceof Error) || error instanceof DeadlinePassed) return false;
  const code = 'code' in error ? String(error.code) : '';
  if (OUTAGE_STATES.test(code) || OUTAGE_SYSCALLS.has(code)) return true;
  // A refusal that carries a five-character SQLSTATE was answered by a server in good health.
  if (/^[0-9A-Z]{5}$/.test(code)) return false;
  return (
    OUTAGE_MESSAGES.test(error.message) || (error.cause !== undefined && isConnectivityError(error.cause))
  );
};

/** Somebody else held the row, or won it, until the deadline: lock timeout, serialization failure, deadlock. */
const CONTENTION_STATES = new Set(['55P03', '40001', '40P01']);

export const isContention = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && CONTENTION_STATES.has(String(error.code));

/** SQLSTATE 23505: somebody else's row has the value that must be unique. */
export const isUniqueViolation = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '23505';
