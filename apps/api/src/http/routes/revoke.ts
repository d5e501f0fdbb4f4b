import { tokenForm } from '@portcullis/contracts/services';
import type { Hono } from 'hono';
import { revokeToken } from '../../services/client/revoke.ts';
import { formBody } from '../service-body.ts';
import { callingClient, requestContext, type ServiceEnv, type ServiceParts } from '../service-client.ts';
import { MAX_BODY_BYTES } from '../settings.ts';

/** RFC 7009: 200 also for a token that means nothing. */
export const revokeRoute = (app: Hono<ServiceEnv>, parts: ServiceParts): void => {
  app.post('/v1/revoke', async (c) => {
    const ctx = requestContext(c, parts);
    const client = await callingClient(c, ctx, 'revoke');
    const { token } = await formBody(c.req.raw, tokenForm, MAX_BODY_BYTES);
    parts.deps.services.quota.consume(client.id, 1);
    await revokeToken(ctx, client, token);
    return c.body(null, 200);
  });
};
