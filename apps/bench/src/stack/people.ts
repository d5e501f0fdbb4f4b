import { argon2Sync, createHash, randomBytes, randomUUID } from 'node:crypto';
import { withClient } from './stores.ts';

export interface Person {
  id: string;
  email: string;
}

export interface Sitting {
  accountId: string;
  sessionId: string;
  refreshToken: string;
}

export const PASSWORD = 'an honest first passphrase';
/** OWASP's least for argon2id, and the service's default. */
export const HASH_PARAMETERS = { memory: 19_456, passes: 2 };

/** Accounts as a confirmed sign-up leaves them; all have the same password. */
export const makePeople = async (databaseUrl: string, count: number): Promise<Person[]> => {
  const people = Array.from({ length: count }, () => ({
    id: randomUUID(),
    email: `${randomBytes(8).toString('hex')}@example.test`,
  }));
  await withClient(databaseUrl, (client) =>
    client.query(
      `INSERT INTO portcullis.account (id, email, email_key, password_hash)
       SELECT id, email, email, $3 FROM unnest($1::uuid[], $2::text[]) AS made (id, email)`,
      [people.map(({ id }) => id), people.map(({ email }) => email), phcOf(PASSWORD)],
    ),
  );
  return people;
};

/** Bearer sessions of these accounts as a sign-in two minutes ago left them: their refresh secrets may rotate. */
export const makeSessions = async (
  databaseUrl: string,
  accountIds: readonly string[],
): Promise<Sitting[]> => {
  const made = accountIds.map((accountId) => {
    const secret = randomBytes(32).toString('base64url');
    const sessionId = randomBytes(32).toString('base64url');
    return { accountId, sessionId, secret, refreshToken: `${sessionId}.${secret}` };
  });
  await withClient(databaseUrl, (client) =>
    client.query(
      `INSERT INTO portcullis.session (id, account_id, epoch, transport, remember, created_at, authenticated_at,
         last_seen_at, idle_seconds, idle_expires_at, expires_at, refresh_hash, refresh_rotated_at)
       SELECT made.id, made.account_id, a.epoch, 'bearer', false, t.at, t.at, now(), 43200,
         now() + interval '12 hours', now() + interval '24 hours', made.hash, t.at
       FROM unnest($1::text[], $2::uuid[], $3::bytea[]) AS made (id, account_id, hash)
       JOIN portcullis.account a ON a.id = made.account_id,
       (SELECT date_trunc('milliseconds', now() - interval '2 minutes') AS at) t`,
      [
        made.map(({ sessionId }) => sessionId),
        made.map(({ accountId }) => accountId),
        made.map(({ secret }) => createHash('sha256').update(secret, 'utf8').digest()),
      ],
    ),
  );
  return made;
};

/** Links as the worker mails them. @returns their secrets */
export const makeResetLinks = async (
  databaseUrl: string,
  accountIds: readonly string[],
): Promise<string[]> => {
  const secrets = accountIds.map(() => randomBytes(32).toString('base64url'));
  await withClient(databaseUrl, (client) =>
    client.query(
      `INSERT INTO portcullis.verification (id, account_id, link_epoch, purpose, secret_hash, created_at, expires_at)
       SELECT gen_random_uuid(), a.id, a.link_epoch, 'reset_password', made.hash, now(), now() + interval '30 minutes'
       FROM unnest($1::uuid[], $2::bytea[]) AS made (account_id, hash) JOIN portcullis.account a ON a.id = made.account_id`,
      [accountIds, secrets.map((secret) => createHash('sha256').update(secret, 'utf8').digest())],
    ),
  );
  return secrets;
};

/** With the service's own parameters, so that no sign-in renews it. */
const phcOf = (password: string): string => {
  const nonce = randomBytes(16);
  const tag = argon2Sync('argon2id', {
    ...{ message: password, nonce, parallelism: 1, tagLength: 32 },
    ...HASH_PARAMETERS,
  });
  const encode = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
  const { memory, passes } = HASH_PARAMETERS;
  return `$argon2id$v=19$m=${memory},t=${passes},p=1$${encode(nonce)}$${encode(tag)}`;
};
