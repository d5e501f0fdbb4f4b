// express-session with connect-redis as their readmes set them up, and what every application adds by itself: sign-up,
// sign-in, reset. Strict: a reset walks the store for the user's sessions and destroys them, which is what the store
// offers for it (https://github.com/tj/connect-redis: all, destroy).
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { RedisStore } from 'connect-redis';
import express from 'express';
import session from 'express-session';
import pg from 'pg';
import { createClient } from 'redis';

const { PORT, DATABASE_URL, REDIS_URL, PEER_SECRET } = process.env;
const { isStrict } = JSON.parse(process.env.PEER_SETTINGS);
const derive = promisify(scrypt);

const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10 });
pool.on('error', () => undefined);
if (process.env.PEER_MIGRATE) {
  await pool.query('CREATE TABLE person (email text PRIMARY KEY, salt bytea NOT NULL, hash bytea NOT NULL)');
  process.exit(0);
}

const client = createClient({
  url: REDIS_URL,
  disableOfflineQueue: true,
  socket: { connectTimeout: 1000 },
});
client.on('error', () => undefined);
await client.connect();
const store = new RedisStore({ client });
const app = express();
app.get('/ready', (_request, response) => response.end('ready'));
app.use(express.json());
app.use(
  session({
    store,
    secret: PEER_SECRET,
    resave: false,
    saveUninitialized: false,
    cookie: { maxAge: 86_400_000 },
  }),
);

const hashed = async (password) => {
  const salt = randomBytes(16);
  return { salt, hash: await derive(password, salt, 64) };
};

app.post('/sign-up', async ({ body }, response) => {
  const { salt, hash } = await hashed(body.password);
  await pool.query('INSERT INTO person VALUES ($1, $2, $3)', [body.email, salt, hash]);
  response.sendStatus(204);
});

app.post('/sign-in', async (request, response) => {
  const { email, password } = request.body;
  const { rows } = await pool.query('SELECT salt, hash FROM person WHERE email = $1', [email]);
  const isRight = rows[0] && timingSafeEqual(await derive(password, rows[0].salt, 64), rows[0].hash);
  if (!isRight) return response.sendStatus(401);
  // A new id for a new privilege, as the readme advises.
  await promisify(request.session.regenerate.bind(request.session))();
  request.session.email = email;
  await promisify(request.session.save.bind(request.session))();
  return response.sendStatus(204);
});

app.post('/reset', async ({ body }, response) => {
  const { salt, hash } = await hashed(body.password);
  await pool.query('UPDATE person SET salt = $2, hash = $3 WHERE email = $1', [body.email, salt, hash]);
  if (isStrict)
    for (const one of await store.all()) if (one.email === body.email) await store.destroy(one.id);
  response.sendStatus(204);
});

app.get('/session', ({ session: { email } }, response) => response.sendStatus(email ? 204 : 401));
app.use((_error, _request, response, _next) => response.sendStatus(500));
app.listen(Number(PORT), '127.0.0.1');
