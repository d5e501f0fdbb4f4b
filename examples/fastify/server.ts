// A billing service with Fastify 5. Run it: node server.ts
import { createAuthClient } from '@portcullis/client';
import { requireSession, sessionOf } from '@portcullis/client/fastify';
import fastify from 'fastify';

const { AUTH_URL = '', AUTH_CLIENT_ID = '', AUTH_CLIENT_SECRET = '', PORT = '4000' } = process.env;

const auth = createAuthClient({ url: AUTH_URL, clientId: AUTH_CLIENT_ID, clientSecret: AUTH_CLIENT_SECRET });
const app = fastify();
app.get('/invoices', { preHandler: requireSession(auth) }, (request, reply) =>
  reply.send({ account: sessionOf(request).account.id, invoices: [] }),
);
app.post('/payout', { preHandler: requireSession(auth, { maxAgeSeconds: 300 }) }, (_, reply) =>
  reply.send({ paid: true }),
);

const url = await app.listen({ port: Number(PORT), host: '127.0.0.1' });
process.stdout.write(`listening on ${new URL(url).port}\n`);
