import { timingSafeEqual } from 'node:crypto';
import type { Scope } from '@portcullis/contracts/services';
import { AuthError } from '../../errors.ts';
import type { RequestContext } from '../context.ts';
import { byAddress, failuresLimited } from '../limits.ts';
import type { KnownClient } from './directory.ts';
import { hashOfSecret } from './secret.ts';

/** A client that has proven its secret. */
export interface CallingClient {
  id: string;
  name: string;
  /** Whether the same secret would still be accepted. @throws AuthError `unavailable` */
  isStillAllowed(): Promise<boolean>;
}

export interface Presented {
  id: string;
  secret: string;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const NOBODY = Buffer.alloc(32);

/**
 * RFC 6749 §2.3.1. A secret that does not match what is known is compared once more with what Postgres says, so that a
 * new secret is good at once.
 * @throws AuthError `credentials_invalid`, `forbidden` without the scope, `rate_limited`, `unavailable`
 */
export const authenticateClient = async (
  ctx: RequestContext,
  presented: Presented | null,
  scope: Scope,
): Promise<CallingClient> => {
  const client = presented === null ? null : await proven(ctx, presented);
  if (presented === null || client === null) throw new AuthError('credentials_invalid');
  if (!client.scopes.includes(scope)) throw new AuthError('forbidden');
  const { clients } = ctx.deps.services;
  const isStillAllowed = async () => {
    const now = await clients.find(presented.id);
    return now !== null && now.scopes.includes(scope) && matches(ctx, now, presented);
  };
  return { id: client.id, name: client.name, isStillAllowed };
};

const proven = async (ctx: RequestContext, presented: Presented): Promise<KnownClient | null> => {
  const { services } = ctx.deps;
  if (UUID.test(presented.id)) {
    const known = await services.clients.find(presented.id);
    if (matches(ctx, known, presented)) return known;
  }
  return failuresLimited(ctx, byAddress('client_failure_ip', ctx.ip), async () => {
    const newest = UUID.test(presented.id) ? await services.clients.find(presented.id, true) : null;
    if (!matches(ctx, newest, presented)) throw new AuthError('credentials_invalid');
    return newest;
  });
};

/** Both comparisons are made whatever the first says, and for a client that there is not, too. */
const matches = (ctx: RequestContext, client: KnownClient | null, { secret }: Presented): boolean => {
  const hash = hashOfSecret(secret);
  const isCurrent = timingSafeEqual(hash, client?.secretHash ?? NOBODY);
  const isPrevious = timingSafeEqual(hash, client?.previous?.secretHash ?? NOBODY);
  if (client === null || client.disabled) return false;
  const overlaps = client.previous !== null && ctx.deps.clock.monotonicMs() < client.previous.untilMs;
  return isCurrent || (isPrevious && overlaps);
};
