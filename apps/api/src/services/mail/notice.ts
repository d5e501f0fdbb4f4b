import { type MailCause, mailCause } from '../../domain/mail-cause.ts';
import type { MailDeps } from './context.ts';

/*
 * One mail per event. A sender takes the notice by a conditional update before it talks to the mail server and records
 * the acceptance after. In between it renews what it took, so that a second sender comes in only when the first is
 * dead, or has been without the database for so long that it has given up by itself.
 */

export interface TakenNotice {
  readonly id: string;
  readonly messageId: string;
  /** When the event happened, by the database's clock. */
  readonly at: Date;
  /** The request behind it; empty for what older code asked for. */
  readonly cause: MailCause;
  /** Names the newest taking or renewal; whoever takes over writes another. */
  token: string;
  /** On the monotonic clock, before that was asked for: the lease runs from some moment after it. */
  heldSinceMs: number;
}

export type Taking = { kind: 'taken'; notice: TakenNotice } | { kind: 'sent' | 'gone' | 'busy' };

const TAKE = `
UPDATE portcullis.notice SET taken_at = clock_timestamp()
WHERE id = ? AND sent_at IS NULL AND (taken_at IS NULL OR taken_at < clock_timestamp() - ?::int * interval '1 millisecond')
RETURNING message_id, (extract(epoch FROM created_at) * 1000)::float8 AS at_ms, taken_at::text AS token, cause`;

const LOOK = 'SELECT sent_at IS NOT NULL AS sent FROM portcullis.notice WHERE id = ?';

const RENEW = `
UPDATE portcullis.notice SET taken_at = clock_timestamp()
WHERE id = ? AND sent_at IS NULL AND taken_at = ?::timestamptz RETURNING taken_at::text AS token`;

// What it says of the request behind the mail is needed no longer.
const RECORD =
  'UPDATE portcullis.notice SET sent_at = clock_timestamp(), cause = NULL WHERE id = ? AND sent_at IS NULL';

const RELEASE =
  'UPDATE portcullis.notice SET taken_at = NULL WHERE id = ? AND sent_at IS NULL AND taken_at = ?::timestamptz';

type Row = Record<string, unknown>;

const write = (deps: MailDeps, sql: string, values: readonly unknown[]): Promise<Row[]> =>
  deps.db.write(deps.clock.monotonicMs() + deps.times.databaseMs, (tx) =>
    tx.execute<Row[]>(sql, [...values]),
  );

export const takeNotice = async (deps: MailDeps, id: string): Promise<Taking> => {
  const heldSinceMs = deps.clock.monotonicMs();
  const [row] = await write(deps, TAKE, [id, deps.times.leaseMs]);
  if (row !== undefined) {
    const at = new Date(Number(row['at_ms']));
    return {
      kind: 'taken',
      notice: {
        id,
        messageId: String(row['message_id']),
        at,
        cause: mailCause(row['cause']),
        token: String(row['token']),
        heldSinceMs,
      },
    };
  }
  const [seen] = await deps.db.read((em) => em.execute<Row[]>(LOOK, [id]));
  if (seen === undefined) return { kind: 'gone' };
  return { kind: seen['sent'] === true ? 'sent' : 'busy' };
};

/** False when somebody else has the notice by now. */
export const renewNotice = async (deps: MailDeps, notice: TakenNotice): Promise<boolean> => {
  const heldSinceMs = deps.clock.monotonicMs();
  const [row] = await write(deps, RENEW, [notice.id, notice.token]);
  if (row === undefined) return false;
  notice.token = String(row['token']);
  notice.heldSinceMs = heldSinceMs;
  return true;
};

/** Gives the notice back after a send that failed, so that the next attempt need not wait for the lease to end. */
export const releaseNotice = async (deps: MailDeps, notice: TakenNotice): Promise<void> => {
  await write(deps, RELEASE, [notice.id, notice.token]);
};

/** The server has the mail: recorded whatever it takes, since until then another worker would send it again. */
export const recordSent = async (deps: MailDeps, notice: TakenNotice, signal: AbortSignal): Promise<void> => {
  for (;;) {
    try {
      await deps.db.write(deps.clock.monotonicMs() + deps.times.databaseMs, (tx) =>
        tx.execute(RECORD, [notice.id], 'run'),
      );
      return;
    } catch (error) {
      deps.log.warn(
        { noticeId: notice.id, error: error instanceof Error ? error.name : 'error' },
        'a sent mail could not be recorded yet',
      );
      if (signal.aborted) throw error;
      await deps.clock.sleep(250);
    }
  }
};
