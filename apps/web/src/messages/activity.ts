import { topic } from '../language/language.ts';

export const activityWords = topic('activityWords', {
  title: 'Activity',
  lead: 'What happened to your account, newest first.',
  more: 'Show older',
  loadingMore: 'Loading…',
  loading: 'Loading your activity…',
  empty: 'Nothing has happened yet.',
  retry: 'Try again',
  end: 'That is everything.',
  unknownPlace: 'unknown address',
  byOperator: 'by whoever runs this service',
});

/** What the event types are called; one that is new to this client is shown by its own name. */
export const activityTypesWords = topic('activityTypesWords', {
  account_created: 'Account created',
  profile_changed: 'Profile changed',
  password_reset_requested: 'Password reset requested',
  password_reset: 'Password reset',
  password_changed: 'Password changed',
  email_change_requested: 'Change of e-mail address requested',
  email_changed: 'E-mail address changed',
  email_restored: 'E-mail address restored',
  account_disabled: 'Account disabled',
  account_enabled: 'Account enabled',
  account_deleted: 'Account deleted',
  signed_in: 'Signed in',
  sign_in_failed: 'Sign-in failed',
  signed_out: 'Signed out',
  session_revoked: 'A session was signed out',
  sessions_revoked: 'Sessions were signed out',
  reauthenticated: 'Password confirmed',
  password_check_failed: 'Wrong password typed while signed in',
  refresh_reused: 'A session ended: its refresh token was used twice',
} satisfies Record<string, string>);
