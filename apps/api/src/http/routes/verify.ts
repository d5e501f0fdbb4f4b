import { MOST_TOKENS, verifyRequest } from '@portcullis/contracts/services';
import type { Hono } from 'hono';
import { verifyTokens } from '../../services/client/verify.ts';
import { jsonBody } from '../service-body.ts';
import { callingClient, requestContext, type ServiceEnv, type ServiceParts } from '../service-client.ts';

/** A full batch of tokens of the greatest length, with room for quotes. */
const MAX_BYTES = MOST_TOKENS * 2_100;

export const verifyRoute = (app: Hono<ServiceEnv>, parts: ServiceParts): void => {
  app.post('/v1/verify', async (c) => {
    const ctx = requestContext(c, parts);
    const client = await callingClient(c, ctx, 'verify');
    const request = await jsonBody(c.req.raw, verifyRequest, MAX_BYTES);
    parts.deps.services.quota.consume(client.id, request.tokens.length);
    return c.json(await verifyTokens(ctx, request));
  });
};
