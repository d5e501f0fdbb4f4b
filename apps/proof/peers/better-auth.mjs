// better-auth as its documentation sets it up, on a port of its own. Configurations differ in documented settings only.
import { createServer } from 'node:http';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import pg from 'pg';
import { createClient } from 'redis';

const { PORT, DATABASE_URL, REDIS_URL, PEER_SECRET } = process.env;
const { isStrict, store, cookieCache } = JSON.parse(process.env.PEER_SETTINGS);
const links = new Map();

// https://www.better-auth.com/docs/concepts/database#secondary-storage, with the guard of node-redis against waiting
// for a server that is away.
const redis = createClient({
  url: REDIS_URL,
  disableOfflineQueue: true,
  socket: { connectTimeout: 1000 },
});
redis.on('error', () => undefined);
if (store === 'redis') await redis.connect();
const secondaryStorage = {
  get: (key) => redis.get(key),
  set: async (key, value, ttl) =>
    void (await (ttl ? redis.set(key, value, { EX: ttl }) : redis.set(key, value))),
  delete: async (key) => void (await redis.del(key)),
  getAndDelete: (key) => redis.getDel(key),
  increment: async (key, ttl) => {
    const count = await redis.incr(key);
    if (count === 1) await redis.expire(key, ttl);
    return count;
  },
};

const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10 });
pool.on('error', () => undefined);
const options = {
  baseURL: `http://127.0.0.1:${PORT}`,
  secret: PEER_SECRET,
  database: pool,
  trustedOrigins: ['http://127.0.0.1'],
  emailAndPassword: {
    enabled: true,
    sendResetPassword: async ({ user, token }) => void links.set(user.email, token),
    // https://www.better-auth.com/docs/reference/options#emailandpassword
    ...(isStrict ? { revokeSessionsOnPasswordReset: true } : {}),
  },
  // https://www.better-auth.com/docs/concepts/session-management#cookie-cache, with its default of five minutes.
  ...(cookieCache ? { session: { cookieCache: { enabled: true } } } : {}),
  ...(store === 'redis' ? { secondaryStorage } : {}),
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  logger: { disabled: true },
};
if (process.env.PEER_MIGRATE) {
  const { runMigrations } = await getMigrations(options);
  await runMigrations();
  process.exit(0);
}

const auth = betterAuth(options);
const handle = toNodeHandler(auth);
createServer((request, response) => {
  const url = new URL(request.url, options.baseURL);
  if (url.pathname === '/ready') return response.end('ready');
  if (url.pathname === '/link') return response.end(links.get(url.searchParams.get('email')) ?? '');
  return handle(request, response);
}).listen(Number(PORT), '127.0.0.1');
