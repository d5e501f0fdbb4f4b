import type { Language } from '../domain/language.ts';

/** What a mail says, before it is HTML or text. Plain strings only: nothing here is markup. */
export interface MailContent {
  language: Language;
  subject: string;
  /** Shown by mail programs beside the subject; hidden in the body. */
  preview: string;
  heading: string;
  paragraphs: string[];
  /** When, with what and from where: what a reader tells their own act from somebody else's by. */
  details: { label: string; value: string }[];
  /** The link of the mail. Its URL stands alone on a line of the text part. */
  action?: { label: string; url: string; note: string };
  /** What to do if it was not you, and other things that follow the link. */
  closing: string[];
}

/** Every mail there is. */
export const MAIL_TEMPLATES = [
  'sign_up',
  'account_exists',
  'reset_password',
  'change_email',
  'address_in_use',
  'email_changed',
  'email_restored',
  'password_reset',
  'password_changed',
  'sign_ins_refused',
  'session_reused',
  'sessions_ended',
  'account_disabled',
  'account_enabled',
  'account_deleted',
] as const;

export type MailTemplate = (typeof MAIL_TEMPLATES)[number];
