import type { SessionEvent } from '@portcullis/contracts/session';
import { describe, expect, it } from 'vitest';
import type { Failure } from './failure.ts';
import type { SessionEnd } from './session-end.ts';
import { createSessionGuard } from './session-guard.ts';

const scene = (probe: Failure | null, settled: Promise<void> = Promise.resolve()) => {
  const seen = { ends: [] as SessionEnd[], revivals: 0, probes: 0, signedIn: true };
  const guard = createSessionGuard({
    probe: async () => {
      seen.probes += 1;
      return probe;
    },
    settled: () => settled,
    isSignedIn: () => seen.signedIn,
    hasEnded: () => seen.ends.length > 0,
    end: (end) => seen.ends.push(end),
    revive: () => {
      seen.revivals += 1;
    },
  });
  return { guard, seen };
};

const event = { type: 'session_revoked', by: 'revoked', at: '2026-11-24T10:00:00.000Z' } as SessionEvent;

describe('when a session is over for its page', () => {
  it('after a second refusal it is, and the hint says why', async () => {
    const { guard, seen } = scene({ reason: 'session_revoked' });
    guard.note(event);
    await guard.suspect('session_revoked');
    expect(seen.ends).toEqual([
      { kind: 'elsewhere', reason: 'session_revoked', by: 'revoked', at: event.at },
    ]);
  });

  it('not when the service answers the second time: the cookie was replaced', async () => {
    const { guard, seen } = scene(null);
    await guard.suspect('session_revoked');
    expect(seen).toMatchObject({ ends: [], revivals: 1 });
  });

  it('an event alone ends nothing', async () => {
    const { guard, seen } = scene({ reason: 'session_revoked' });
    guard.note(event);
    expect(seen).toMatchObject({ ends: [], probes: 0 });
  });

  it.each(['unavailable', 'internal', 'rate_limited', 'step_up_required', 'credentials_invalid'] as const)(
    '%s is no suspicion at all',
    async (reason) => {
      const { guard, seen } = scene({ reason: 'session_revoked' });
      await guard.suspect(reason);
      expect(seen).toMatchObject({ ends: [], probes: 0 });
    },
  );

  it('it waits while a call of this browser replaces the session', async () => {
    let settle = () => {};
    const { guard, seen } = scene(
      null,
      new Promise((resolve) => {
        settle = resolve;
      }),
    );
    const judged = guard.suspect('session_revoked');
    expect(seen.probes).toBe(0);
    settle();
    await judged;
    expect(seen).toMatchObject({ probes: 1, ends: [], revivals: 1 });
  });

  it('another tab’s word is asked about once, and an outage decides nothing', async () => {
    const gone = scene({ reason: 'session_missing' });
    await gone.guard.check();
    expect(gone.seen.ends).toEqual([{ kind: 'elsewhere', reason: 'session_missing', by: null, at: null }]);
    expect(gone.seen.probes).toBe(1);
    const out = scene({ reason: 'unavailable' });
    await out.guard.check();
    expect(out.seen).toMatchObject({ ends: [], probes: 1, revivals: 1 });
  });

  it('many refusals at once are one question', async () => {
    const { guard, seen } = scene({ reason: 'session_revoked' });
    await Promise.all([guard.suspect('session_revoked'), guard.suspect('session_missing')]);
    expect(seen).toMatchObject({ probes: 1 });
    expect(seen.ends).toHaveLength(1);
  });

  it('a cookie that another tab took along does not hide the first reason', async () => {
    const { guard, seen } = scene({ reason: 'session_missing' });
    await guard.suspect('session_expired');
    expect(seen.ends[0]).toMatchObject({ reason: 'session_expired' });
  });
});
