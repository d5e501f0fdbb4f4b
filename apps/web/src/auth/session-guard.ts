import type { Reason } from '@portcullis/contracts/errors';
import type { SessionEvent } from '@portcullis/contracts/session';
import { type Failure, isSessionOver } from './failure.ts';
import type { SessionEnd } from './session-end.ts';

export type GuardPorts = {
  /** Asks the service who is signed in: the failure, or null when the session is alive. */
  probe: () => Promise<Failure | null>;
  /** Resolves when no call of this browser that replaces its own session is under way. */
  settled: () => Promise<void>;
  /** True while this page shows somebody's private content. */
  isSignedIn: () => boolean;
  hasEnded: () => boolean;
  /** Takes the private content away. */
  end: (end: SessionEnd) => void;
  /** The session is alive after all (it was replaced): read everything again. */
  revive: () => void;
};

/** The event types that can be the last word on this session. */
const ENDINGS: ReadonlySet<SessionEvent['type']> = new Set([
  'session_revoked',
  'session_expired',
  'password_changed',
  'email_changed',
  'account_disabled',
  'account_deleted',
]);

/**
 * Decides when this page's session is over. A refusal alone is not enough: this browser may just have exchanged its
 * cookie for a newer one. So the guard waits for such an exchange and asks once more; a second refusal, or no answer
 * at all after a definite refusal, ends it.
 */
export const createSessionGuard = (ports: GuardPorts) => {
  let judging: Promise<void> | null = null;
  let hint: SessionEvent | null = null;

  const judge = async (reason: Reason | null): Promise<void> => {
    await ports.settled();
    if (ports.hasEnded()) return;
    const failure = await ports.probe();
    if (ports.hasEnded()) return;
    const over = failure !== null && isSessionOver(failure.reason);
    const final = over ? failure.reason : failure === null ? null : reason;
    if (final === null) {
      if (failure === null) hint = null;
      ports.revive();
      return;
    }
    // A sign-out in another tab has taken the cookie along: the first refusal says more than "no credential".
    const told = final === 'session_missing' ? (reason ?? final) : final;
    ports.end({ kind: 'elsewhere', reason: told, by: hint?.by ?? null, at: hint?.at ?? null });
  };

  return {
    /** Remembers why a session may have ended, so that the page can say it. Events are hints, never proof. */
    note(event: SessionEvent): void {
      if (ENDINGS.has(event.type)) hint = event;
    },
    /** The session answered after the event: what it announced was not about this session. */
    forget(): void {
      hint = null;
    },
    /** Another tab says that something changed: asks once. An outage decides nothing. */
    check(): Promise<void> {
      if (!ports.isSignedIn() || ports.hasEnded()) return Promise.resolve();
      judging ??= judge(null).finally(() => {
        judging = null;
      });
      return judging;
    },
    /** A call was refused with a reason that means the session is over. */
    suspect(reason: Reason): Promise<void> {
      if (!isSessionOver(reason) || !ports.isSignedIn() || ports.hasEnded()) return Promise.resolve();
      judging ??= judge(reason).finally(() => {
        judging = null;
      });
      return judging;
    },
  };
};
