import { account, type Account } from '@portcullis/contracts/account';
import { type Session, session } from '@portcullis/contracts/session';
import { describe, expect, it } from 'vitest';
import { KnownFailure } from './failure.ts';
import { sessionState } from './session-state.ts';

const ada: Account = account.parse({
  id: '01939e5c-7a10-7cc1-b1c7-2f6d2f1f0a11',
  email: 'ada@example.org',
  name: null,
  emailVerified: true,
  createdAt: '2026-02-03T09:12:00.000Z',
});
const here: Session = session.parse({
  id: 'A'.repeat(43),
  createdAt: '2026-02-03T09:12:00.000Z',
  authenticatedAt: '2026-02-03T09:12:00.000Z',
  expiresAt: '2026-03-03T09:12:00.000Z',
});
const answer = { account: ada, session: here };
const refused = (
  reason: 'unavailable' | 'session_revoked' | 'session_missing' | 'internal' | 'rate_limited',
) => new KnownFailure({ reason });

describe('pending, signed in, signed out and unavailable are four different things', () => {
  it('nothing known is pending', () => {
    expect(sessionState({ data: undefined, error: null }).status).toBe('pending');
  });

  it('an answer is signed in', () => {
    expect(sessionState({ data: answer, error: null })).toMatchObject({ status: 'signedIn', outage: null });
  });

  it.each(['session_missing', 'session_revoked'] as const)('a refusal (%s) is signed out', (reason) => {
    expect(sessionState({ data: undefined, error: refused(reason) }).status).toBe('signedOut');
  });

  it.each(['unavailable', 'internal', 'rate_limited'] as const)('no answer (%s) is unavailable', (reason) => {
    expect(sessionState({ data: undefined, error: refused(reason) }).status).toBe('unavailable');
  });

  it.each(['unavailable', 'internal', 'rate_limited'] as const)(
    'no answer (%s) after an answer signs nobody out',
    (reason) => {
      expect(sessionState({ data: answer, error: refused(reason) })).toMatchObject({
        status: 'signedIn',
        outage: { reason },
      });
    },
  );

  it('a thrown value that is no answer at all signs nobody out', () => {
    expect(sessionState({ data: answer, error: new TypeError('Failed to fetch') }).status).toBe('signedIn');
    expect(sessionState({ data: undefined, error: new TypeError('Failed to fetch') }).status).toBe(
      'unavailable',
    );
  });

  it('a refusal after an answer waits for the guard: the cookie may just have been replaced', () => {
    expect(sessionState({ data: answer, error: refused('session_revoked') })).toMatchObject({
      status: 'signedIn',
      outage: null,
    });
  });
});
