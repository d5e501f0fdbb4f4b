// A stateless check with jose, as https://github.com/panva/jose shows it: EdDSA, issuer and audience. Nothing in it can
// be revoked before it expires.
import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { listen } from './serve.mjs';

const parties = { issuer: 'https://auth.example.test', audience: 'https://app.example.test' };
const { publicKey, privateKey } = await generateKeyPair('EdDSA');

const app = new Hono();
app.post('/sign-in', async (c) => {
  const token = await new SignJWT({})
    .setProtectedHeader({ alg: 'EdDSA' })
    .setSubject(randomUUID())
    .setIssuer(parties.issuer)
    .setAudience(parties.audience)
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(privateKey);
  return c.text(token);
});
app.get('/session', async (c) => {
  try {
    const token = c.req.header('authorization')?.slice('Bearer '.length) ?? '';
    const { payload } = await jwtVerify(token, publicKey, { ...parties, algorithms: ['EdDSA'] });
    return c.body(null, 204, { 'x-account-id': payload.sub });
  } catch {
    return c.body(null, 401);
  }
});
listen(app);
