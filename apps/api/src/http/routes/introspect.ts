import { tokenForm } from '@portcullis/contracts/services';
import type { Hono } from 'hono';
import { introspectToken } from '../../services/client/introspect.ts';
import { formBody } from '../service-body.ts';
import { callingClient, requestContext, type ServiceEnv, type ServiceParts } from '../service-client.ts';
import { MAX_BODY_BYTES } from '../settings.ts';

/** RFC 7662. */
export const introspectRoute = (app: Hono<ServiceEnv>, parts: ServiceParts): void => {
  app.post('/v1/introspect', async (c) => {
    const ctx = requestContext(c, parts);
    const client = await callingClient(c, ctx, 'introspect');
    const { token } = await formBody(c.req.raw, tokenForm, MAX_BODY_BYTES);
    parts.deps.services.quota.consume(client.id, 1);
    return c.json(await introspectToken(ctx, token));
  });
};
