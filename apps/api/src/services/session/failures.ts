import type { Tx } from '../../db/transaction.ts';
import { MOST_CONSECUTIVE_FAILURES } from '../../domain/limit.ts';
import { AuthError } from '../../errors.ts';
import type { RequestContext } from '../context.ts';

/**
 * Failed sign-ins in a row, in Postgres: the limit that holds when Redis was lost with all its counts. The key is a
 * hash of the address, whether or not somebody is behind it, together with the account's link epoch: a reset of the
 * password begins anew, in its own commit.
 */

/** It does not end by itself: the password is to be reset. */
const RETRY_AFTER_MS = 3_600_000;

const COUNT = `
INSERT INTO portcullis.sign_in_failure AS f (key, failures, first_at, last_at) VALUES (?, 1, clock_timestamp(), clock_timestamp())
ON CONFLICT (key) DO UPDATE SET failures = f.failures + 1, last_at = clock_timestamp() WHERE f.failures < ${MOST_CONSECUTIVE_FAILURES}
RETURNING failures`;

const UNCOUNT =
  'UPDATE portcullis.sign_in_failure SET failures = failures - 1 WHERE key = ? AND failures > 0';

export const failureKey = ({ deps }: RequestContext, emailKey: string, linkEpoch: number): Buffer =>
  deps.keyed.hmac('sign_in_failure', `${emailKey}|${linkEpoch}`);

/**
 * Counts an attempt before its password is looked at, so that parallel guesses cannot share one.
 * @throws AuthError `rate_limited` when there were too many, except for a known device: its success ends the row.
 */
export const countAttempt = async (ctx: RequestContext, key: Buffer, isKnown: boolean): Promise<void> => {
  const counted = await ctx.deps.db.write(ctx.deadlineMs, (tx) => tx.execute<unknown[]>(COUNT, [key]));
  if (counted.length === 0 && !isKnown)
    throw new AuthError('rate_limited', {
      retryAfterMs: RETRY_AFTER_MS,
      fields: { password: 'reset_required' },
    });
};

/** An outage was nobody's attempt. Lost at worst, when Postgres itself is away. */
export const uncountAttempt = async (ctx: RequestContext, key: Buffer): Promise<void> => {
  await ctx.deps.db.write(ctx.deadlineMs, (tx) => tx.execute(UNCOUNT, [key], 'run')).catch(() => undefined);
};

/** In the transaction of the session that was opened. */
export const forgetFailures = async (tx: Tx, key: Buffer): Promise<void> => {
  await tx.execute('DELETE FROM portcullis.sign_in_failure WHERE key = ?', [key], 'run');
};
