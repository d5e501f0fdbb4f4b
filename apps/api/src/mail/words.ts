import type { MailTemplate } from './content.ts';

/** The words of one mail in one language. */
export interface Words {
  subject: string;
  preview: string;
  heading: string;
  paragraphs: string[];
  closing: string[];
}

/** The words of a mail with a link. */
interface LinkWords extends Words {
  action: { label: string; note: string };
}

/** Mails that only tell, and hold no link at all. */
export type TellingTemplate = 'address_in_use' | 'account_disabled' | 'account_enabled' | 'account_deleted';

/** Mails whose link works once. */
export type SecretTemplate = 'sign_up' | 'reset_password' | 'change_email' | 'email_changed';

/** Everything that mails say in one language. A language that lacks a word of it does not compile. */
export interface MailWords {
  /** For dates, numbers and units (BCP 47). */
  locale: string;
  /** @param date and time as the locale writes them, in UTC */
  moment: (date: string, time: string) => string;
  details: { when: string; device: string; address: string };
  device: (browser: string | null, os: string | null) => string | null;
  /** Before the URL that stands below the button. */
  urlHint: string;
  /** @param host of the service */
  footer: (host: string) => string;
  mails: Record<TellingTemplate, Words> &
    /** @param lasts how long the link works, such as "30 minutes" */
    Record<SecretTemplate, (lasts: string) => LinkWords> &
    Record<Exclude<MailTemplate, TellingTemplate | SecretTemplate>, LinkWords>;
}
