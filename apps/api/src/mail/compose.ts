import type { Language } from '../domain/language.ts';
import type { MailCause } from '../domain/mail-cause.ts';
import { WORDS } from './catalogue.ts';
import type { MailContent, MailTemplate } from './content.ts';
import { linkTo, pageOf } from './links.ts';
import { spokenDuration, spokenTime } from './spoken.ts';
import type { SecretTemplate, TellingTemplate, Words } from './words.ts';

/*
 * No mail repeats what somebody typed into a form: a sign-up can name any address as the receiver, and a display name
 * would let a stranger write the mail.
 */

/** What the worker knows of a mail besides its words. */
export interface MailFacts {
  language: Language;
  publicUrl: string;
  /** When it was asked for or happened, by the database's clock. */
  at: Date;
  cause: MailCause;
}

/**
 * The address of the request is told only where the activity of the reader's own account tells it, too. The others may
 * reach a stranger: whoever mistypes an address does not hand out their own.
 */
const TELLS_ADDRESS: Record<MailTemplate, boolean> = {
  sign_up: false,
  account_exists: false,
  reset_password: true,
  change_email: false,
  address_in_use: false,
  email_changed: true,
  email_restored: true,
  password_reset: true,
  password_changed: true,
  sign_ins_refused: true,
  session_reused: true,
  sessions_ended: true,
  account_disabled: true,
  account_enabled: true,
  account_deleted: true,
};

/** A mail whose link works once. @param seconds that the link works, from now on */
export const composeLink = (
  template: SecretTemplate,
  facts: MailFacts,
  link: { secret: string; seconds: number },
): MailContent => {
  const said = WORDS[facts.language].mails[template](spokenDuration(link.seconds, facts.language));
  const url = linkTo(facts.publicUrl, template, link.secret);
  return { ...common(template, said, facts), action: { ...said.action, url } };
};

/** A mail that tells what happened, when, what it means, and what to do if it was somebody else. */
export const composeNotice = (
  template: Exclude<MailTemplate, SecretTemplate>,
  facts: MailFacts,
): MailContent => {
  const { mails } = WORDS[facts.language];
  if (isTelling(template)) return common(template, mails[template], facts);
  const said = mails[template];
  // Where a stranger has the password, the mailbox is what is left to prove who somebody is.
  const url = pageOf(facts.publicUrl, 'forgot-password');
  return { ...common(template, said, facts), action: { ...said.action, url } };
};

const TELLING: readonly MailTemplate[] = [
  'address_in_use',
  'account_disabled',
  'account_enabled',
  'account_deleted',
] satisfies TellingTemplate[];

const isTelling = (template: MailTemplate): template is TellingTemplate => TELLING.includes(template);

const common = (template: MailTemplate, said: Words, facts: MailFacts): Omit<MailContent, 'action'> => {
  const { subject, preview, heading, paragraphs, closing } = said;
  const { language } = facts;
  return { language, subject, preview, heading, paragraphs, closing, details: details(template, facts) };
};

const details = (template: MailTemplate, { language, at, cause }: MailFacts): MailContent['details'] => {
  const { details: label, device } = WORDS[language];
  const lines = [
    { label: label.when, value: spokenTime(at, language) },
    { label: label.device, value: device(cause.browser, cause.os) },
    { label: label.address, value: TELLS_ADDRESS[template] ? cause.ip : null },
  ];
  return lines.flatMap(({ value, ...line }) => (value === null ? [] : [{ ...line, value }]));
};
