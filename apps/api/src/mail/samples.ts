import type { Language } from '../domain/language.ts';
import { mailCause } from '../domain/mail-cause.ts';
import { composeLink, composeNotice, type MailFacts } from './compose.ts';
import type { MailContent, MailTemplate } from './content.ts';

/** Mails to look at: every template, with facts that nobody has. The secret is one of nobody, too. */

export const SAMPLE_SECRET = 'bWFpbC1zZWNyZXQtb2YtdGhpcnR5LXR3by1ieXRlcyE';

const AT = new Date('2026-03-04T05:06:07Z');

const CAUSE = mailCause({ browser: 'Firefox', os: 'Linux', ip: '203.0.113.7' });

export const sampleMails = (language: Language, publicUrl: string): Record<MailTemplate, MailContent> => {
  const facts: MailFacts = { language, publicUrl, at: AT, cause: CAUSE };
  // A command of the service itself comes from no browser.
  const byOperator = { ...facts, cause: mailCause(null) };
  const link = (seconds: number) => ({ secret: SAMPLE_SECRET, seconds });
  return {
    sign_up: composeLink('sign_up', facts, link(86_400)),
    account_exists: composeNotice('account_exists', facts),
    reset_password: composeLink('reset_password', facts, link(1_800)),
    change_email: composeLink('change_email', facts, link(3_600)),
    address_in_use: composeNotice('address_in_use', facts),
    email_changed: composeLink('email_changed', facts, link(604_800)),
    email_restored: composeNotice('email_restored', facts),
    password_reset: composeNotice('password_reset', facts),
    password_changed: composeNotice('password_changed', facts),
    sign_ins_refused: composeNotice('sign_ins_refused', facts),
    session_reused: composeNotice('session_reused', facts),
    sessions_ended: composeNotice('sessions_ended', byOperator),
    account_disabled: composeNotice('account_disabled', byOperator),
    account_enabled: composeNotice('account_enabled', byOperator),
    account_deleted: composeNotice('account_deleted', facts),
  };
};
