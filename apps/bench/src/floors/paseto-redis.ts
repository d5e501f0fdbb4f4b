// What a check costs when the signature is verified each time: the library's own verification, one GET, the expiry.
import { Hono } from 'hono';
import { PublicProtocol } from 'paseto';
import { GenerateKeyPairFactory, SignFactory, VerifyFactory } from 'paseto/v4/public';
import { createClient } from 'redis';
import { listen, required } from './serve.ts';

const v4 = new PublicProtocol(GenerateKeyPairFactory, SignFactory, VerifyFactory);
const { publicKey, secretKey } = await v4.GenerateKeyPair();
const redis = createClient({ url: required('REDIS_URL') });
redis.on('error', () => undefined);
await redis.connect();
await redis.set('session:one', JSON.stringify({ accountId: 'one', expiresAt: Date.now() + 3_600_000 }));
const claims = { iss: required('ISSUER'), aud: required('ISSUER'), sub: crypto.randomUUID(), sid: 'one' };

listen(
  new Hono()
    .get('/token', async (c) =>
      c.text(await v4.Sign(secretKey, { ...claims, exp: new Date(Date.now() + 3_600_000).toISOString() })),
    )
    .get('/', async (c) => {
      try {
        const { claims: read } = await v4.Verify(publicKey, c.req.header('authorization')?.slice(7) ?? '');
        const session = typeof read['sid'] === 'string' ? await redis.get(`session:${read['sid']}`) : null;
        const isLive = session !== null && JSON.parse(session).expiresAt > Date.now();
        return isLive ? c.body(null, 204) : c.body(null, 401);
      } catch {
        return c.body(null, 401);
      }
    }),
);
