import { createHash, randomBytes } from 'node:crypto';
import { signIn } from '../../src/services/session/sign-in.ts';
import type { Instance } from './instance.ts';

export interface Person {
  accountId: string;
  email: string;
  password: string;
}

export const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest();

/** An account with a proven address, made without its mail. */
export const makePerson = async (
  instance: Instance,
  password = 'an honest passphrase 1',
): Promise<Person> => {
  const accountId = instance.deps.random.uuid();
  const email = `${randomBytes(6).toString('hex')}@example.test`;
  const hash = await instance.hasher.hash(password);
  const sql = 'INSERT INTO portcullis.account (id, email, email_key, password_hash) VALUES (?, ?, ?, ?)';
  await instance.db.read((em) => em.execute(sql, [accountId, email, email, hash], 'run'));
  return { accountId, email, password };
};

export interface Opened {
  sessionId: string;
  accountId: string;
  refreshToken: string;
}

export const open = async (
  instance: Instance,
  person: Person,
  password = person.password,
): Promise<Opened> => {
  const { credential } = await signIn(instance.ctx(), { email: person.email, password, transport: 'bearer' });
  if (credential.transport !== 'bearer') throw new Error('asked for a bearer session');
  return {
    sessionId: credential.session.id,
    accountId: person.accountId,
    refreshToken: credential.tokens.refreshToken,
  };
};

/** A reset link as the worker would have mailed it. */
export const mintLink = async (
  instance: Instance,
  person: Person,
  purpose: 'reset_password' | 'change_email' | 'undo_email_change' = 'reset_password',
  email?: string,
): Promise<string> => {
  const secret = randomBytes(32).toString('base64url');
  await instance.db.read((em) =>
    em.execute(
      `INSERT INTO portcullis.verification (id, account_id, link_epoch, purpose, secret_hash, payload, created_at, expires_at)
       SELECT gen_random_uuid(), id, link_epoch, ?, ?, ?::jsonb, now(), now() + interval '30 minutes' FROM portcullis.account WHERE id = ?`,
      [purpose, sha256(secret), JSON.stringify(email ? { email } : {}), person.accountId],
      'run',
    ),
  );
  return secret;
};

export const rows = <T extends object>(
  instance: Instance,
  sql: string,
  values: unknown[] = [],
): Promise<T[]> => instance.db.read((em) => em.execute<T[]>(sql, values));
