// A billing service with Express 5. Run it: node server.ts
import { createAuthClient } from '@portcullis/client';
import { requireSession, sessionOf } from '@portcullis/client/express';
import express from 'express';

const { AUTH_URL = '', AUTH_CLIENT_ID = '', AUTH_CLIENT_SECRET = '', PORT = '4000' } = process.env;

const auth = createAuthClient({ url: AUTH_URL, clientId: AUTH_CLIENT_ID, clientSecret: AUTH_CLIENT_SECRET });
const app = express();
app.get('/invoices', requireSession(auth), (request, response) => {
  response.json({ account: sessionOf(request).account.id, invoices: [] });
});
app.post('/payout', requireSession(auth, { maxAgeSeconds: 300 }), (_, response) => {
  response.json({ paid: true });
});

const server = app.listen(Number(PORT), () => {
  const address = server.address();
  process.stdout.write(`listening on ${typeof address === 'object' ? address?.port : address}\n`);
});
