import type { Reason } from '@portcullis/contracts/errors';
import { topic } from '../language/language.ts';

/** One sentence per reason, for places that have nothing better to say about it. */
export const failuresWords = topic('failuresWords', {
  credentials_invalid: 'That e-mail address and password don’t match.',
  email_unverified: 'Confirm your e-mail address first. The link is in your inbox.',
  session_missing: 'You are not signed in.',
  session_revoked: 'This session has been signed out.',
  session_expired: 'This session has expired.',
  token_invalid: 'This session is not valid here. Please sign in again.',
  account_disabled: 'This account is disabled. Ask whoever runs this service to enable it.',
  step_up_required: 'Confirm your password to go on.',
  factor_required: 'This account needs a second step that this page does not offer yet.',
  forbidden: 'You are not allowed to do that.',
  not_found: 'That no longer exists.',
  conflict: 'Something changed in the meantime. Reload the page and try again.',
  input_invalid: 'Some of what was sent could not be used. Check the form and try again.',
  verification_invalid: 'This link has expired or has already been used.',
  password_rejected: 'Choose a different password.',
  rate_limited: 'Too many attempts. Wait a moment, then try again.',
  unavailable: 'The service can’t answer right now. Nothing you typed is lost; try again in a moment.',
  internal: 'Something went wrong on our side.',
} satisfies Record<Reason, string>);

export const failureDetailsWords = topic('failureDetailsWords', {
  offline: 'You seem to be offline. Nothing you typed is lost; try again once you are connected.',
  mayHaveTakenEffect:
    'The service stopped answering before it could confirm. The change may already have happened; trying again is safe.',
  requestId: (id: string) => `Request ${id}`,
  copy: 'Copy',
  copied: 'Copied',
  copyRequestId: 'Copy the request id',
  limitedTitle: 'Too many attempts',
  limited: (time: string) => `Try again in ${time}`,
  /** Beside a countdown: why there is one, and that nothing is lost. */
  limitedNote: 'You can go on when the wait is over. Nothing you typed is lost.',
  limitedOver: 'You can try again now.',
  seconds: (count: number) => (count === 1 ? '1 second' : `${count} seconds`),
  minutes: (count: number) => (count === 1 ? '1 minute' : `${count} minutes`),
});
