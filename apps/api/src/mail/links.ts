import type { SecretTemplate } from './words.ts';

const PAGES: Record<SecretTemplate, string> = {
  sign_up: 'verify-email',
  reset_password: 'reset-password',
  change_email: 'confirm-email-change',
  email_changed: 'undo-email-change',
};

export const pageOf = (publicUrl: string, page: string): string => `${publicUrl.replace(/\/+$/, '')}/${page}`;

/** The secret stands in the fragment, which no browser sends: in no log and in no Referer. */
export const linkTo = (publicUrl: string, template: SecretTemplate, secret: string): string =>
  `${pageOf(publicUrl, PAGES[template])}#token=${secret}`;
