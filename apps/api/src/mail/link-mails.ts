import { type MailContent, spokenDuration, spokenTime } from './content.ts';

/*
 * Mails that carry a one-time link. None repeats what somebody typed into a form: a sign-up can name any address as
 * the receiver, and a display name would let a stranger write the mail.
 */

const PAGES = {
  sign_up: 'verify-email',
  reset_password: 'reset-password',
  change_email: 'confirm-email-change',
  email_changed: 'undo-email-change',
} as const;

/** The secret stands in the fragment, which no browser sends: in no log and in no Referer. */
export const linkTo = (publicUrl: string, page: keyof typeof PAGES, secret: string): string =>
  `${publicUrl.replace(/\/+$/, '')}/${PAGES[page]}#token=${secret}`;

const oneUse = (seconds: number): string =>
  `The link works once and expires in ${spokenDuration(seconds)}. Opening it changes nothing until you confirm on the page.`;

export const signUpMail = (url: string, seconds: number): MailContent => ({
  subject: 'Confirm your e-mail address',
  preview: 'One more step and your account is ready.',
  heading: 'Confirm your e-mail address',
  paragraphs: [
    'Somebody signed up for Portcullis with this address. If it was you, confirm the address to create the account.',
  ],
  action: { label: 'Confirm address', url, note: oneUse(seconds) },
  closing: ['If it was not you, ignore this mail. Without the confirmation no account is created.'],
});

export const resetPasswordMail = (url: string, seconds: number): MailContent => ({
  subject: 'Reset your password',
  preview: 'Choose a new password with the link in this mail.',
  heading: 'Reset your password',
  paragraphs: [
    'Somebody asked for a new password for your Portcullis account. If it was you, choose one now: that signs the account out everywhere.',
  ],
  action: { label: 'Choose a new password', url, note: oneUse(seconds) },
  closing: ['If it was not you, ignore this mail. Your password stays as it is.'],
});

export const changeEmailMail = (url: string, seconds: number): MailContent => ({
  subject: 'Confirm your new e-mail address',
  preview: 'Confirm that this address is yours.',
  heading: 'Confirm your new e-mail address',
  paragraphs: [
    'A Portcullis account asked to use this address from now on. If it is yours, confirm the change.',
  ],
  action: { label: 'Use this address', url, note: oneUse(seconds) },
  closing: [
    'If you do not know what this is about, ignore this mail. Without the confirmation nothing changes.',
  ],
});

export const emailChangedMail = (url: string, seconds: number, at: Date): MailContent => ({
  subject: 'Your e-mail address was changed',
  preview: 'If it was not you, take your account back with the link in this mail.',
  heading: 'Your e-mail address was changed',
  paragraphs: [
    `On ${spokenTime(at)} your Portcullis account moved to another e-mail address. This address no longer belongs to it.`,
    'If you did this, there is nothing to do.',
    'If it was not you, somebody else has your account. Take it back with this link: it restores this address, signs the account out everywhere and asks you for a new password.',
  ],
  action: { label: 'Undo the change', url, note: oneUse(seconds) },
  closing: ['Keep this mail until you are sure that the change was yours.'],
});
