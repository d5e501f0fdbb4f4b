import { emailKey } from '../../domain/email.ts';
import type { Keyed, PasswordHasher, Random } from '../../ports.ts';
import type { Database } from '../../db/database.ts';

export interface CanaryAccount {
  email: string;
  password: string;
}

export interface CanaryAccountDeps {
  db: Database;
  keyed: Keyed;
  hasher: Pick<PasswordHasher, 'hash'>;
  random: Random;
}

const CREATE = `
WITH created AS (
  INSERT INTO portcullis.account (id, email, email_key, name, password_hash)
  VALUES (?, ?, ?, 'Canary', ?) ON CONFLICT (email_key) DO NOTHING RETURNING id
)
INSERT INTO portcullis.audit_event (id, account_id, at, type, actor)
SELECT ?, id, clock_timestamp(), 'account_created', 'operator' FROM created`;

/**
 * The account of the canary: no mail reaches it (RFC 2606), and its password follows from the service's secret, so that
 * every worker knows it and none has to change it. Another secret makes another account.
 */
export const canaryAccount = (keyed: Keyed): CanaryAccount => ({
  email: `canary-${keyed.hmac('canary address', '').toString('hex').slice(0, 12)}@portcullis.invalid`,
  password: keyed.hmac('canary password', '').toString('base64url'),
});

/** Makes sure of it. @throws AuthError `unavailable` while Postgres is away */
export const ensureCanaryAccount = async (
  deps: CanaryAccountDeps,
  deadlineMs: number,
): Promise<CanaryAccount> => {
  const account = canaryAccount(deps.keyed);
  const key = emailKey(account.email);
  const passwordHash = await deps.hasher.hash(account.password);
  const values = [deps.random.uuid(), account.email, key, passwordHash, deps.random.uuid()];
  await deps.db.write(deadlineMs, (tx) => tx.execute(CREATE, values, 'run'));
  return account;
};
