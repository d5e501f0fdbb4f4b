import { createHash } from 'node:crypto';
import type { VerificationPurpose } from '../../db/entities/verification.ts';
import type { Tx } from '../../db/transaction.ts';
import type { MailDeps } from './context.ts';

export interface MintedSecret {
  /** Goes into the mail and nowhere else. */
  secret: string;
  /** SHA-256 of the secret's text: all that is stored. */
  hash: Buffer;
}

/** 256 random bits as base64url. */
export const mintSecret = ({ random }: MailDeps): MintedSecret => {
  const secret = random.bytes(32).toString('base64url');
  return { secret, hash: createHash('sha256').update(secret, 'utf8').digest() };
};

export interface LinkWish {
  accountId: string;
  linkEpoch: number;
  purpose: VerificationPurpose;
  seconds: number;
  /** The notice that carries the link: its attempts are one mail, however many secrets they minted. */
  noticeId: string;
  email?: string;
}

const INSERT = `
INSERT INTO portcullis.verification (id, account_id, link_epoch, purpose, secret_hash, payload, created_at, expires_at)
SELECT ?, ?, ?, ?, ?, ?::jsonb, t.now, t.now + ?::int * interval '1 second' FROM (SELECT clock_timestamp() AS now) t`;

/** Writes the row of a new link and returns its secret and id. */
export const mintLink = async (
  tx: Tx,
  deps: MailDeps,
  wish: LinkWish,
): Promise<{ secret: string; verificationId: string }> => {
  const { secret, hash } = mintSecret(deps);
  const verificationId = deps.random.uuid();
  const payload = JSON.stringify({
    noticeId: wish.noticeId,
    ...(wish.email === undefined ? {} : { email: wish.email }),
  });
  await tx.execute(
    INSERT,
    [verificationId, wish.accountId, wish.linkEpoch, wish.purpose, hash, payload, wish.seconds],
    'run',
  );
  return { secret, verificationId };
};

/** Takes a link away that nobody was mailed. */
export const dropLink = async (deps: MailDeps, verificationId: string): Promise<void> => {
  await deps.db.write(deps.clock.monotonicMs() + deps.times.databaseMs, (tx) =>
    tx.execute(
      'DELETE FROM portcullis.verification WHERE id = ? AND used_at IS NULL',
      [verificationId],
      'run',
    ),
  );
};

/** Whether a link asked for at `at` and good for `seconds` would be past its time by now. */
export const isPastUse = async (tx: Tx, at: Date, seconds: number): Promise<boolean> => {
  const rows = await tx.execute<{ past: boolean }[]>(
    `SELECT clock_timestamp() > ?::timestamptz + ?::int * interval '1 second' AS past`,
    [at, seconds],
  );
  return rows[0]?.past === true;
};
