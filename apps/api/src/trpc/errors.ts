import type { TRPC_ERROR_CODE_KEY } from '@trpc/server';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
import { type ErrorData, REASONS, type Reason } from '@portcullis/contracts/errors';
import { AuthError, type AuthErrorFacts } from '../errors.ts';
import { fieldsOf, issuesOf } from './fields.ts';

/** Which tRPC code goes with which reason; its HTTP status is the one that the contract names for the reason. */
const CODES: Record<Reason, TRPC_ERROR_CODE_KEY> = {
  credentials_invalid: 'UNAUTHORIZED',
  email_unverified: 'UNAUTHORIZED',
  session_missing: 'UNAUTHORIZED',
  session_revoked: 'UNAUTHORIZED',
  session_expired: 'UNAUTHORIZED',
  token_invalid: 'UNAUTHORIZED',
  account_disabled: 'UNAUTHORIZED',
  step_up_required: 'UNAUTHORIZED',
  factor_required: 'UNAUTHORIZED',
  forbidden: 'FORBIDDEN',
  not_found: 'NOT_FOUND',
  conflict: 'CONFLICT',
  input_invalid: 'BAD_REQUEST',
  verification_invalid: 'BAD_REQUEST',
  password_rejected: 'BAD_REQUEST',
  rate_limited: 'TOO_MANY_REQUESTS',
  unavailable: 'SERVICE_UNAVAILABLE',
  internal: 'INTERNAL_SERVER_ERROR',
};

/** For people who read an answer by eye; programs switch on the reason. */
export const SENTENCES: Record<Reason, string> = {
  credentials_invalid: 'The credentials do not match.',
  email_unverified: 'The e-mail address has not been confirmed yet.',
  session_missing: 'There is no session.',
  session_revoked: 'The session was ended.',
  session_expired: 'The session has expired.',
  token_invalid: 'The token is not valid.',
  account_disabled: 'The account is disabled.',
  step_up_required: 'Confirm the password again first.',
  factor_required: 'Another proof is required.',
  forbidden: 'This is not allowed from here.',
  not_found: 'There is no such thing.',
  conflict: 'Something else is in the way.',
  input_invalid: 'The input is not valid.',
  verification_invalid: 'The link is not valid any more.',
  password_rejected: 'This password is not accepted.',
  rate_limited: 'Too many requests; try again later.',
  unavailable: 'The service cannot answer now; try again.',
  internal: 'Something went wrong.',
};

/** Refusals of the protocol itself that have a status of their own; all of them are `input_invalid`. */
const MALFORMED = new Set<TRPC_ERROR_CODE_KEY>([
  'BAD_REQUEST',
  'METHOD_NOT_SUPPORTED',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
]);

export interface Refusal extends Omit<AuthErrorFacts, 'cause'> {
  reason: Reason;
  code: TRPC_ERROR_CODE_KEY;
}

interface RefusalData extends ErrorData {
  code: TRPC_ERROR_CODE_KEY;
  httpStatus: number;
}

/** What a client sees of an error; `code` beside `data` is JSON-RPC's, by which tRPC clients tell errors from answers. */
export interface RefusalShape {
  message: string;
  code: (typeof TRPC_ERROR_CODES_BY_KEY)[TRPC_ERROR_CODE_KEY];
  data: RefusalData;
}

interface Thrown {
  code: TRPC_ERROR_CODE_KEY;
  cause?: unknown;
}

/** Anything that is no known refusal is `internal`, and nothing of it shows. */
export const refusalOf = ({ code, cause }: Thrown, input?: unknown): Refusal => {
  if (cause instanceof AuthError) return refusalFor(cause);
  if (code === 'NOT_FOUND') return { reason: 'not_found', code };
  if (code === 'PARSE_ERROR') return { reason: 'input_invalid', code: 'BAD_REQUEST' };
  if (!MALFORMED.has(code)) return { reason: 'internal', code: CODES.internal };
  const issues = issuesOf(cause);
  return { reason: 'input_invalid', code, ...(issues === null ? {} : { fields: fieldsOf(issues, input) }) };
};

export const refusalFor = (error: AuthError): Refusal => ({
  reason: error.reason,
  code: CODES[error.reason],
  ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
  ...(error.fields === undefined ? {} : { fields: error.fields }),
  ...(error.rules === undefined ? {} : { rules: error.rules }),
  ...(error.mayHaveTakenEffect === undefined ? {} : { mayHaveTakenEffect: error.mayHaveTakenEffect }),
  ...(error.maxAgeSeconds === undefined ? {} : { maxAgeSeconds: error.maxAgeSeconds }),
});

const STATUSES: Partial<Record<TRPC_ERROR_CODE_KEY, number>> = {
  METHOD_NOT_SUPPORTED: 405,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
};

export const statusOf = ({ code, reason }: Pick<Refusal, 'code' | 'reason'>): number =>
  STATUSES[code] ?? REASONS[reason];

export const shapeOf = (refusal: Refusal, requestId: string): RefusalShape => {
  const { reason, code, maxAgeSeconds: _, ...facts } = refusal;
  return {
    message: SENTENCES[reason],
    code: TRPC_ERROR_CODES_BY_KEY[code],
    data: { code, httpStatus: statusOf(refusal), reason, requestId, ...facts },
  };
};

const DEFAULT_RETRY_MS = 1_000;

/** The headers that go with refusals: when to come back (RFC 9110 §10.2.3), how to prove oneself (RFC 6750 §3, RFC 9470 §3). */
export const headersFor = (refusals: readonly Refusal[]): Record<string, string> => {
  const waits = refusals
    .filter(({ code }) => code === 'TOO_MANY_REQUESTS' || code === 'SERVICE_UNAVAILABLE')
    .map(({ retryAfterMs }) => retryAfterMs ?? DEFAULT_RETRY_MS);
  const refused = refusals.filter(({ code }) => code === 'UNAUTHORIZED');
  const stepUp = refused.find(({ reason }) => reason === 'step_up_required');
  const challenge = stepUp
    ? `Bearer error="insufficient_user_authentication", max_age="${stepUp.maxAgeSeconds ?? 0}"`
    : 'Bearer';
  return {
    ...(waits.length > 0
      ? { 'retry-after': String(Math.max(1, Math.ceil(Math.max(...waits) / 1_000))) }
      : {}),
    ...(refused.length > 0 ? { 'www-authenticate': challenge } : {}),
  };
};
