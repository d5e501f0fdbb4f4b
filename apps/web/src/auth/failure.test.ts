import { TRPCClientError } from '@trpc/client';
import { describe, expect, it } from 'vitest';
import { isSessionOver, toFailure } from './failure.ts';

const answered = (response: Response) => new TRPCClientError('x', { meta: { response } } as object);

describe('an answer that the service did not write', () => {
  it.each([
    [new Response('<html>', { status: 502 }), 'unavailable'],
    [new Response('<html>', { status: 503 }), 'unavailable'],
    [new Response('<html>', { status: 200 }), 'unavailable'],
    [new Response('<html>', { status: 429, headers: { 'retry-after': '7' } }), 'rate_limited'],
    [new Response('<html>', { status: 401 }), 'internal'],
    [new Response('<html>', { status: 403 }), 'internal'],
  ])('never signs anybody out: %#', (response, reason) => {
    const failure = toFailure(answered(response));
    expect(failure.reason).toBe(reason);
    expect(isSessionOver(failure.reason)).toBe(false);
  });

  it('a limit says for how long', () => {
    const response = new Response('', { status: 429, headers: { 'retry-after': '7' } });
    expect(toFailure(answered(response)).retryAfterMs).toBe(7_000);
  });

  it('no answer at all is no network or no service', () => {
    expect(toFailure(new TRPCClientError('Failed to fetch'))).toEqual({
      reason: 'unavailable',
      unreachable: true,
    });
  });

  it('a mistake in a page is no outage', () => {
    expect(toFailure(new TypeError('x is undefined')).reason).toBe('internal');
  });
});
