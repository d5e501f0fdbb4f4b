import type { Context } from 'hono';
import type { Scope } from '@portcullis/contracts/services';
import { type CallingClient, authenticateClient, type Presented } from '../services/client/authenticate.ts';
import type { Deps, RequestContext } from '../services/context.ts';
import type { Origin } from './arrival.ts';

export type ServiceEnv = { Variables: { origin: Origin; route: string; client: string } };

export interface ServiceParts {
  deps: Deps;
  settings: { publicUrl: string; requestDeadlineMs: number };
  metrics: ServiceMetrics;
}

/** What is counted of other services; `client` is a name that an operator gave. */
export interface ServiceMetrics {
  clientRequest(request: { client: string; route: string; status: number }): void;
}

export const requestContext = (c: Context<ServiceEnv>, { deps, settings }: ServiceParts): RequestContext => ({
  deps,
  requestId: c.get('origin').requestId,
  ...c.get('origin').asker(),
  deadlineMs: deps.clock.monotonicMs() + settings.requestDeadlineMs,
});

/** @throws AuthError as `authenticateClient` */
export const callingClient = async (
  c: Context<ServiceEnv>,
  ctx: RequestContext,
  scope: Scope,
): Promise<CallingClient> => {
  const client = await authenticateClient(ctx, basicCredentials(c.req.header('authorization')), scope);
  c.set('client', client.name);
  return client;
};

const BASIC = /^basic +([A-Za-z0-9+/_-]+={0,2})$/i;
const LONGEST = 1_024;

/** RFC 6749 §2.3.1: id and secret are form encoded before they are joined. Null for anything else. */
const basicCredentials = (header: string | undefined): Presented | null => {
  const [, encoded] = BASIC.exec(header?.trim() ?? '') ?? [];
  if (encoded === undefined || encoded.length > LONGEST) return null;
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  if (colon < 0) return null;
  const id = formDecoded(pair.slice(0, colon));
  const secret = formDecoded(pair.slice(colon + 1));
  return id === null || secret === null ? null : { id, secret };
};

const formDecoded = (text: string): string | null => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
};
