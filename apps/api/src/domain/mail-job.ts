/**
 * What a mail job carries: names of rows and addresses, never a secret. The worker mints the secret of a link when it
 * sends, and only while `linkEpoch` is still the account's (G9). A null id keeps the work of a request the same
 * whether or not somebody is behind the address; the worker drops such a job.
 */
export type MailJob =
  | { kind: 'sign_up'; noticeId: string; registrationId: string | null }
  | { kind: 'reset_password'; noticeId: string; accountId: string | null; linkEpoch: number }
  | { kind: 'change_email'; noticeId: string; accountId: string; linkEpoch: number; newEmail: string }
  /** To the old address, with the link that undoes the change. */
  | { kind: 'email_changed'; noticeId: string; accountId: string; oldEmail: string }
  | { kind: 'email_restored'; noticeId: string; accountId: string }
  | { kind: TellingKind; noticeId: string; accountId: string; at: string }
  /** Strangers guess: no more of them are listened to for now. */
  | { kind: 'sign_ins_refused'; noticeId: string; accountId: string | null }
  | { kind: 'account_deleted'; noticeId: string; to: string };

/** What happened to an account that is still there; `at` is the moment that its record has. */
export type TellingKind =
  | 'password_reset'
  | 'password_changed'
  | 'session_reused'
  | 'sessions_ended'
  | 'account_disabled'
  | 'account_enabled';
