import { type MailContent, spokenTime } from './content.ts';

/** Mails that only tell: what happened, when, what it means, and what to do if it was somebody else. */

const NOT_YOU =
  'If it was you, there is nothing to do. If it was not, choose another password now: that signs everybody out.';

const pageOf = (publicUrl: string, page: string): string => `${publicUrl.replace(/\/+$/, '')}/${page}`;

export const accountExistsMail = (publicUrl: string): MailContent => ({
  subject: 'You already have an account',
  preview: 'Somebody tried to sign up with your address. Nothing was changed.',
  heading: 'You already have an account',
  paragraphs: [
    'Somebody tried to sign up for Portcullis with this address, which already has an account. Nothing was changed and nobody was told that the account exists.',
    'If it was you, sign in with the password that you have, or ask for a new one. If it was not you, there is nothing to do.',
  ],
  action: {
    label: 'Forgot your password?',
    url: pageOf(publicUrl, 'forgot-password'),
    note: 'The page asks for your address and mails you a link.',
  },
  closing: [],
});

export const addressInUseMail = (at: Date): MailContent => ({
  subject: 'Somebody tried to use your e-mail address',
  preview: 'Your account has it, and nothing was changed.',
  heading: 'Somebody tried to use your e-mail address',
  paragraphs: [
    `On ${spokenTime(at)} another Portcullis account asked to be moved to this address. Your account has it, so nothing was changed and nobody was told.`,
  ],
  closing: [
    'If it was you, with a second account: remove the address from this account first. If it was not you, there is nothing to do.',
  ],
});

export const passwordResetMail = (publicUrl: string, at: Date): MailContent => ({
  subject: 'Your password was reset',
  preview: 'Every device was signed out. If it was not you, choose another password now.',
  heading: 'Your password was reset',
  paragraphs: [
    `On ${spokenTime(at)} the password of your Portcullis account was reset with a link that was mailed to you. Every device was signed out.`,
    NOT_YOU,
  ],
  ...ifNotYou(publicUrl),
});

export const passwordChangedMail = (publicUrl: string, at: Date): MailContent => ({
  subject: 'Your password was changed',
  preview: 'Every other device was signed out. If it was not you, choose another password now.',
  heading: 'Your password was changed',
  paragraphs: [
    `On ${spokenTime(at)} the password of your Portcullis account was changed by somebody who knew the old one. Every other device was signed out.`,
    NOT_YOU,
  ],
  ...ifNotYou(publicUrl),
});

export const emailRestoredMail = (publicUrl: string, at: Date): MailContent => ({
  subject: 'Your e-mail address was restored',
  preview: 'Choose a new password to sign in again.',
  heading: 'Your e-mail address was restored',
  paragraphs: [
    `On ${spokenTime(at)} a change of the e-mail address of your Portcullis account was undone. Every device was signed out, and the password no longer works.`,
    'Choose a new password to sign in again.',
  ],
  action: {
    label: 'Choose a new password',
    url: pageOf(publicUrl, 'forgot-password'),
    note: 'The page asks for your address and mails you a link.',
  },
  closing: [
    'If you do not know what this is about, choose a new password all the same: only somebody who can read your mail can do so.',
  ],
});

export const accountDeletedMail = (at: Date): MailContent => ({
  subject: 'Your account was deleted',
  preview: 'Every device was signed out, and the account cannot be restored.',
  heading: 'Your account was deleted',
  paragraphs: [
    `On ${spokenTime(at)} your Portcullis account was deleted by somebody who knew its password. Every device was signed out, and the account cannot be restored.`,
  ],
  closing: [
    'If it was not you, somebody knows your password: change it wherever else you use it. You may sign up again with this address.',
  ],
});

const ifNotYou = (publicUrl: string): Pick<MailContent, 'action' | 'closing'> => ({
  action: {
    label: 'It was not me',
    url: pageOf(publicUrl, 'forgot-password'),
    note: 'The page asks for your address and mails you a link to choose another password.',
  },
  closing: ['If others may be able to read your mail, change the password of your mailbox first.'],
});
