// A session table written by hand, after https://lucia-auth.com/sessions/basic: a random secret in the cookie, its
// SHA-256 in the table, one SELECT with the account, and the expiry judged.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import pg from 'pg';
import { listen } from './serve.mjs';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
await pool.query('CREATE TABLE account (id uuid PRIMARY KEY, email text NOT NULL UNIQUE)');
await pool.query(
  'CREATE TABLE session (id text PRIMARY KEY, account_id uuid NOT NULL REFERENCES account (id), expires_at timestamptz NOT NULL)',
);
const idOf = (secret) => createHash('sha256').update(secret).digest('hex');

const app = new Hono();
app.post('/sign-in', async (c) => {
  const [accountId, secret] = [randomUUID(), randomBytes(20).toString('base64url')];
  await pool.query('INSERT INTO account VALUES ($1, $2)', [accountId, `${accountId}@example.test`]);
  await pool.query("INSERT INTO session VALUES ($1, $2, now() + interval '30 days')", [
    idOf(secret),
    accountId,
  ]);
  setCookie(c, 'session', secret, { httpOnly: true, path: '/', sameSite: 'Lax' });
  return c.body(null, 204);
});
app.get('/session', async (c) => {
  const secret = getCookie(c, 'session');
  if (secret === undefined) return c.body(null, 401);
  const { rows } = await pool.query({
    name: 'session',
    text: 'SELECT s.id, s.account_id, s.expires_at, a.email FROM session s JOIN account a ON a.id = s.account_id WHERE s.id = $1',
    values: [idOf(secret)],
  });
  const [found] = rows;
  if (found === undefined || found.expires_at.getTime() <= Date.now()) return c.body(null, 401);
  return c.body(null, 204, { 'x-account-id': found.account_id });
});
listen(app);
