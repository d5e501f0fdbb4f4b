/** What a mail says, before it is HTML or text. Plain strings only: nothing here is markup. */
export interface MailContent {
  subject: string;
  /** Shown by mail programs beside the subject; hidden in the body. */
  preview: string;
  heading: string;
  paragraphs: string[];
  /** The link of the mail. Its URL stands alone on a line of the text part. */
  action?: { label: string; url: string; note: string };
  /** What to do if it was not you, and other things that follow the link. */
  closing: string[];
}

export type MailTemplate =
  | 'sign_up'
  | 'account_exists'
  | 'reset_password'
  | 'change_email'
  | 'address_in_use'
  | 'email_changed'
  | 'email_restored'
  | 'password_reset'
  | 'password_changed'
  | 'account_deleted';

/** A moment as a mail says it: to the minute, with its zone. */
export const spokenTime = (at: Date): string =>
  `${at.toISOString().slice(0, 10)} ${at.toISOString().slice(11, 16)} UTC`;

const UNITS = [
  { name: 'day', seconds: 86_400 },
  { name: 'hour', seconds: 3_600 },
  { name: 'minute', seconds: 60 },
] as const;

/** A length of time in its largest whole unit, rounded down: nobody is promised more than there is. */
export const spokenDuration = (seconds: number): string => {
  const unit = UNITS.find((one) => seconds >= one.seconds) ?? { name: 'second', seconds: 1 };
  const count = Math.floor(seconds / unit.seconds);
  return `${count} ${unit.name}${count === 1 ? '' : 's'}`;
};
