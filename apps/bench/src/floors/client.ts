// An application that guards its route by @portcullis/client: every request is one strict question to the service.
import { createAuthClient } from '@portcullis/client';
import { requireSession, type SignedInEnv } from '@portcullis/client/hono';
import { Hono } from 'hono';
import { listen, required } from './serve.ts';

const auth = createAuthClient({
  url: required('SERVICE_URL'),
  clientId: required('CLIENT_ID'),
  clientSecret: required('CLIENT_SECRET'),
});

const app = new Hono();
app.route(
  '/',
  new Hono<SignedInEnv>().get('/', requireSession(auth), (c) =>
    c.body(null, 204, { 'x-account-id': c.var.auth.account.id }),
  ),
);
listen(app);
