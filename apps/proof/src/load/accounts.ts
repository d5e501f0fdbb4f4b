import { argon2Sync, createHash, randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';

export interface NewAccount {
  id: string;
  email: string;
  password: string;
}

/** Makes accounts and reset links as the service and its worker would, without their mails. */
export interface Minter {
  /** Null when the database did not say that it is there. */
  account(given?: { email: string; password: string }): Promise<NewAccount | null>;
  /** The secret of a new link; null likewise. */
  mint(accountId: string): Promise<string | null>;
  close(): Promise<void>;
}

const PASSWORD = 'an honest first passphrase';

const ACCOUNT = `
INSERT INTO portcullis.account (id, email, email_key, password_hash) VALUES ($1, $2, $2, $3)`;

const LINK = `
INSERT INTO portcullis.verification (id, account_id, link_epoch, purpose, secret_hash, created_at, expires_at)
SELECT gen_random_uuid(), id, link_epoch, 'reset_password', $2, now(), now() + interval '30 minutes'
FROM portcullis.account WHERE id = $1`;

/** @param databaseUrl over a line that no fault touches; the server behind it may still be away */
export const createMinter = (databaseUrl: string): Minter => {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    application_name: 'proof driver',
    max: 4,
    query_timeout: 3_000,
    connectionTimeoutMillis: 2_000,
  });
  pool.on('error', () => undefined);
  const hash = phcOf(PASSWORD);
  return {
    account: async (given) => {
      const id = randomUUID();
      const email = given?.email ?? `${randomBytes(6).toString('hex')}@example.test`;
      const values = [id, email, given === undefined ? hash : phcOf(given.password)];
      const made = await pool.query(ACCOUNT, values).catch(() => null);
      return made === null ? null : { id, email, password: given?.password ?? PASSWORD };
    },
    mint: async (accountId) => {
      const secret = randomBytes(32).toString('base64url');
      const hashed = createHash('sha256').update(secret, 'utf8').digest();
      const made = await pool.query(LINK, [accountId, hashed]).catch(() => null);
      return made === null || made.rowCount !== 1 ? null : secret;
    },
    close: () => pool.end(),
  };
};

/** A hash with the parameters that the stack runs with, so that no sign-in renews it. */
const phcOf = (password: string): string => {
  const nonce = randomBytes(16);
  const parameters = { parallelism: 1, tagLength: 32, memory: 1024, passes: 1 };
  const tag = argon2Sync('argon2id', { message: password, nonce, ...parameters });
  const encode = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
  return `$argon2id$v=19$m=1024,t=1,p=1$${encode(nonce)}$${encode(tag)}`;
};
