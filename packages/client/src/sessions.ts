import { revokeOutput, sessionListOutput } from '@portcullis/contracts/session';
import { AuthError, type AuthReason, Outage, undecided } from './errors.ts';
import type { Authentic } from './tokens.ts';
import type { Transport } from './transport.ts';
import type { SessionListItem } from './types.ts';

/** What people may do with their own sessions, done with the credential of their own request. */
export class Sessions {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async list(who: Authentic): Promise<SessionListItem[]> {
    const data = await this.#ask(who, 'session.list');
    const output = sessionListOutput.safeParse(data);
    if (!output.success) throw failureOf(new Outage('protocol', 1_000, output.error));
    return output.data.sessions;
  }

  async revoke(who: Authentic, sessionId: string): Promise<{ sessionsEnded: number }> {
    return this.#end(who, 'session.revoke', { sessionId });
  }

  async revokeAll(who: Authentic): Promise<{ sessionsEnded: number }> {
    return this.#end(who, 'session.revokeAll', {});
  }

  async #end(who: Authentic, procedure: string, input: object): Promise<{ sessionsEnded: number }> {
    const output = revokeOutput.safeParse(await this.#ask(who, procedure, input));
    if (!output.success) throw failureOf(new Outage('protocol', 1_000, output.error));
    return output.data;
  }

  async #ask(who: Authentic, procedure: string, input?: object): Promise<unknown> {
    const isWrite = input !== undefined;
    try {
      const { body } = await this.#transport.call({
        path: `/trpc/${procedure}`,
        method: isWrite ? 'POST' : 'GET',
        headers: { ...credentialOf(who), ...(isWrite ? { 'content-type': 'application/json' } : {}) },
        ...(isWrite ? { body: JSON.stringify(input) } : {}),
        isRead: !isWrite,
        accepts: REFUSALS,
      });
      return dataIn(body);
    } catch (error) {
      throw error instanceof AuthError ? error : failureOf(error, isWrite);
    }
  }
}

const REFUSALS = [400, 401, 403, 404, 429];

/** A cookie speaks for a browser, so the service wants to know from which page: from its own, as far as it is concerned. */
const credentialOf = ({ transport, token, issuer }: Authentic): Record<string, string> =>
  transport === 'bearer'
    ? { authorization: `Bearer ${token}` }
    : {
        authorization: '',
        cookie: `${issuer.startsWith('https:') ? '__Host-portcullis' : 'portcullis'}=${token}`,
        origin: issuer,
      };

const KNOWN = new Set<string>([
  'session_missing',
  'session_revoked',
  'session_expired',
  'token_invalid',
  'step_up_required',
  'forbidden',
  'not_found',
  'input_invalid',
  'rate_limited',
]);

const dataIn = (body: unknown): unknown => {
  const { result, error } = (body ?? {}) as {
    result?: { data: unknown };
    error?: { data?: { reason?: string; retryAfterMs?: number; requestId?: string } };
  };
  if (result !== undefined) return result.data;
  const { reason = '', retryAfterMs, requestId } = error?.data ?? {};
  if (!KNOWN.has(reason)) throw failureOf(new Outage('protocol'));
  throw new AuthError(reason as AuthReason, {
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(requestId === undefined ? {} : { requestId }),
  });
};

/** The error of a call that was not answered. After a write that was sent, nobody knows. */
export const failureOf = (error: unknown, isWrite = false): AuthError => {
  const { retryAfterMs, cause } = undecided(error);
  return new AuthError('unavailable', {
    retryAfterMs,
    cause,
    mayHaveTakenEffect: isWrite && UNKNOWN.has(cause),
  });
};

const UNKNOWN = new Set(['network', 'timeout', 'service', 'protocol', 'closed']);
