// One GET of Redis by a key that the request names, and nothing that would make a session of it.
import { Hono } from 'hono';
import { createClient } from 'redis';
import { listen, required } from './serve.ts';

const redis = createClient({ url: required('REDIS_URL') });
redis.on('error', () => undefined);
await redis.connect();
await redis.set('session:one', JSON.stringify({ accountId: 'one', expiresAt: Date.now() + 3_600_000 }));

listen(
  new Hono().get('/', async (c) => {
    const value = await redis.get(`session:${c.req.header('authorization')?.slice(7) ?? ''}`);
    return value === null ? c.body(null, 401) : c.body(null, 204);
  }),
);
