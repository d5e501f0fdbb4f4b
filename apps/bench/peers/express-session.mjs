// express-session with connect-redis, as their readmes set them up for production.
import { RedisStore } from 'connect-redis';
import express from 'express';
import session from 'express-session';
import { createClient } from 'redis';

const client = createClient({ url: process.env.REDIS_URL });
client.on('error', () => undefined);
await client.connect();

const app = express();
app.get('/ready', (_request, response) => response.sendStatus(204));
app.use(
  session({
    store: new RedisStore({ client }),
    secret: process.env.PEER_SECRET,
    resave: false,
    saveUninitialized: false,
    cookie: { maxAge: 86_400_000 },
  }),
);
// What stands before it, the password, is not compared here.
app.post('/sign-in', (request, response) => {
  request.session.accountId = crypto.randomUUID();
  response.sendStatus(204);
});
app.get('/session', ({ session: { accountId } }, response) => {
  if (!accountId) return response.sendStatus(401);
  return response.set('x-account-id', accountId).sendStatus(204);
});
app.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
