import { AuthError } from '../errors.ts';
import { headersFor, type Refusal, refusalFor, SENTENCES, shapeOf, statusOf } from '../trpc/errors.ts';
import { Refused } from './gate.ts';

interface Answer {
  refusal: Refusal;
  headers: Record<string, string>;
}

/** What may be told of an error; null for one that is nobody's business but ours. */
const answerTo = (error: unknown): Answer | null => {
  if (error instanceof AuthError) return { refusal: refusalFor(error), headers: {} };
  if (error instanceof Refused)
    return { refusal: error.refusal, headers: error.allow ? { allow: error.allow } : {} };
  return null;
};

const INTERNAL: Answer = { refusal: { reason: 'internal', code: 'INTERNAL_SERVER_ERROR' }, headers: {} };

export const isKnown = (error: unknown): boolean => answerTo(error) !== null;

/** The shape in which procedures refuse, for what is refused before them. */
export const procedureRefusal = (error: unknown, requestId: string): Response => {
  const { refusal, headers } = answerTo(error) ?? INTERNAL;
  const body = { error: shapeOf(refusal, requestId) };
  return Response.json(body, {
    status: statusOf(refusal),
    headers: { ...headersFor([refusal]), ...headers },
  });
};

/**
 * RFC 9457 problem details, for everything that is no procedure.
 * @param more further members, such as the `error` of RFC 6749 §5.2
 */
export const problem = (error: unknown, requestId: string, more: Record<string, string> = {}): Response => {
  const { refusal, headers } = answerTo(error) ?? INTERNAL;
  const status = statusOf(refusal);
  const { reason, retryAfterMs, fields, mayHaveTakenEffect } = refusal;
  const body = JSON.stringify({
    type: 'about:blank',
    title: SENTENCES[reason],
    status,
    reason,
    requestId,
    retryAfterMs,
    fields,
    mayHaveTakenEffect,
    ...more,
  });
  return new Response(body, {
    status,
    headers: { 'content-type': 'application/problem+json', ...headersFor([refusal]), ...headers },
  });
};
