import type { EndedBy } from '@portcullis/contracts/session';
import { topic } from '../language/language.ts';

export const sessionsWords = topic('sessionsWords', {
  title: 'Where you’re signed in',
  lead: 'If you don’t recognise one, sign it out and change your password.',
  thisDevice: 'This device',
  activeNow: 'Active now',
  /** Each followed by a time, "3 minutes ago" or a date. */
  active: 'Active',
  signedIn: 'signed in',
  unknownDevice: 'Unknown device',
  browserOn: (browser: string, os: string) => `${browser} on ${os}`,
  signOut: 'Sign out',
  signOutNamed: (name: string) => `Sign out ${name}`,
  signingOut: 'Signing out…',
  signedOut: 'Signed out',
  confirmed: (name: string) => `${name} is signed out. It can no longer be used.`,
  unconfirmed: 'Not confirmed: the service did not answer. Trying again is safe.',
  only: 'You’re signed in nowhere else.',
  endOthers: (count: number) =>
    count === 1 ? 'Sign out the other session' : `Sign out the ${count} other sessions`,
  endAll: 'Sign out everywhere',
  othersTitle: 'Sign out all other sessions?',
  othersLead: 'Every session but this one ends. You stay signed in here.',
  allTitle: 'Sign out everywhere?',
  allLead: 'Every session ends, including this one. You’ll sign in again here.',
  confirm: 'Sign them out',
  confirmAll: 'Sign out everywhere',
  cancel: 'Cancel',
  ended: (count: number) =>
    count === 0
      ? 'No other session was signed in.'
      : `${count === 1 ? 'One session' : `${count >= 1000 ? '1,000 or more' : count} sessions`} signed out. ${count === 1 ? 'It' : 'They'} can no longer be used.`,
  recent: (count: number) => `Signed out in the last 30 days (${count})`,
  loading: 'Loading your sessions…',
  retry: 'Try again',
  live: 'Live',
  liveHint: 'Changes on your other devices appear here by themselves.',
  reconnecting: 'Reconnecting…',
  reconnectingHint: 'Looking for changes every few seconds until the live connection is back.',
});

/** How an ended session is explained in the list: "Signed out <when> · <this>". */
export const endedByWords = topic('endedByWords', {
  sign_out: 'signed out there',
  revoked: 'from another device',
  revoked_others: 'with all other sessions',
  revoked_all: 'signed out everywhere',
  password_reset: 'the password was reset',
  password_changed: 'the password was changed',
  email_changed: 'the e-mail address was changed',
  email_restored: 'the e-mail address was restored',
  reauthenticated: 'replaced when you confirmed your password',
  refresh_reuse: 'its refresh token was used twice',
  account_disabled: 'the account was disabled',
  account_deleted: 'the account was deleted',
  expired: 'expired',
  operator: 'by whoever runs this service',
} satisfies Record<EndedBy, string>);

/** The full-page explanation when this browser's session ended somewhere else. */
export const endedElsewhereWords = topic('endedElsewhereWords', {
  title: 'You were signed out',
  expiredTitle: 'Your session expired',
  at: { before: 'That was ', after: '.' },
  generic: 'This session was ended, here in another tab or on another device.',
  expired: 'You hadn’t used it for a while, or it reached its longest lifetime.',
  by: {
    sign_out: 'You signed out in another tab of this browser.',
    revoked: 'This session was signed out from another device.',
    revoked_others: 'All other sessions were signed out from another device.',
    revoked_all: 'You were signed out everywhere.',
    password_reset: 'Your password was reset, and that signs out every device.',
    password_changed: 'Your password was changed, and that signs out every other device.',
    email_changed: 'The e-mail address of your account was changed, and that signs out every other device.',
    email_restored: 'A change of your e-mail address was undone, and that signs out every device.',
    reauthenticated: 'This session was replaced by a newer one in another tab.',
    refresh_reuse: 'One of this session’s tokens was used twice, so the session was ended to be safe.',
    account_disabled: 'Your account was disabled.',
    account_deleted: 'Your account was deleted.',
    expired: 'You hadn’t used it for a while, or it reached its longest lifetime.',
    operator: 'Whoever runs this service ended this session.',
  } satisfies Record<EndedBy, string>,
  notYou: 'Wasn’t it you?',
  notYouAction: 'Choose a new password',
  signIn: 'Sign in',
});
