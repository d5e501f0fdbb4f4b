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

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);

/** A moment as a mail says it: to the minute, with its zone. */
export const spokenTime = (at: Date): string =>
  `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()} at ${at.toISOString().slice(11, 16)} UTC`;

const DAY = 86_400;
const HOUR = 3_600;
const MINUTE = 60;

/**
 * A length of time in its largest whole unit. Hours and days are rounded down to within the minute that a mail may be
 * on its way: what was a day when it was asked for is not called 23 hours.
 */
export const spokenDuration = (seconds: number): string => {
  const lenient = seconds + MINUTE;
  if (lenient >= 2 * DAY) return plural(Math.floor(lenient / DAY), 'day');
  if (seconds >= HOUR) return plural(Math.floor(lenient / HOUR), 'hour');
  if (seconds >= MINUTE) return plural(Math.floor(seconds / MINUTE), 'minute');
  return plural(Math.max(0, Math.floor(seconds)), 'second');
};

const plural = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`;
