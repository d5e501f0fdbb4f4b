// A billing service with Hono. Run it: node server.ts
import { serve } from '@hono/node-server';
import { createAuthClient } from '@portcullis/client';
import { requireSession } from '@portcullis/client/hono';
import { Hono } from 'hono';

const { AUTH_URL = '', AUTH_CLIENT_ID = '', AUTH_CLIENT_SECRET = '', PORT = '4000' } = process.env;

const auth = createAuthClient({ url: AUTH_URL, clientId: AUTH_CLIENT_ID, clientSecret: AUTH_CLIENT_SECRET });
const app = new Hono();
app.get('/invoices', requireSession(auth), (c) => c.json({ account: c.var.auth.account.id, invoices: [] }));
app.post('/payout', requireSession(auth, { maxAgeSeconds: 300 }), (c) => c.json({ paid: true }));

serve({ fetch: app.fetch, port: Number(PORT) }, ({ port }) => process.stdout.write(`listening on ${port}\n`));
