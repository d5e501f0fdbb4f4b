// better-auth in a Hono application, its routes guarded as https://www.better-auth.com/docs/integrations/hono shows.
// Off is what the others do not do: its limiter, telemetry and log.
import { redisStorage } from '@better-auth/redis-storage';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { Hono } from 'hono';
import { Redis } from 'ioredis';
import pg from 'pg';
import { listen } from './serve.mjs';

const { PORT, DATABASE_URL, REDIS_URL, PEER_SECRET, PEER_MODE } = process.env;

const options = {
  baseURL: `http://127.0.0.1:${PORT}`,
  secret: PEER_SECRET,
  database: new pg.Pool({ connectionString: DATABASE_URL }),
  emailAndPassword: { enabled: true },
  // https://www.better-auth.com/docs/concepts/database#redis-storage
  ...(PEER_MODE === 'redis' ? { secondaryStorage: redisStorage({ client: new Redis(REDIS_URL) }) } : {}),
  // https://www.better-auth.com/docs/concepts/session-management#cookie-cache
  ...(PEER_MODE === 'cookie' ? { session: { cookieCache: { enabled: true, maxAge: 300 } } } : {}),
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  logger: { disabled: true },
};
const { runMigrations } = await getMigrations(options);
await runMigrations();

const auth = betterAuth(options);
const app = new Hono();
app.on(['GET', 'POST'], '/api/auth/*', (c) => auth.handler(c.req.raw));
app.get('/session', async (c) => {
  const found = await auth.api.getSession({ headers: c.req.raw.headers });
  return found === null ? c.body(null, 401) : c.body(null, 204, { 'x-account-id': found.user.id });
});
listen(app);
