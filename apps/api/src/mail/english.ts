import type { MailWords } from './words.ts';

const oneUse = (lasts: string): string =>
  `The link works once and expires in ${lasts}. Opening it changes nothing until you confirm on the page.`;

const BY_MAIL = 'The page asks for your address and mails you a link';

const NOT_YOU =
  'If it was you, there is nothing to do. If it was not, choose another password now: that signs everybody out.';

const ifNotYou = {
  action: { label: 'It was not me', note: `${BY_MAIL} to choose another password.` },
  closing: ['If others may be able to read your mail, change the password of your mailbox first.'],
};

export const english: MailWords = {
  locale: 'en-GB',
  moment: (date, time) => `${date} at ${time} UTC`,
  details: { when: 'When', device: 'Device', address: 'IP address' },
  device: (browser, os) => (browser !== null && os !== null ? `${browser} on ${os}` : (browser ?? os)),
  urlHint: 'If the button does not work, open this address:',
  footer: (host) => `Sent by Portcullis at ${host}. Nobody reads answers to this mail.`,
  mails: {
    sign_up: (lasts) => ({
      subject: 'Confirm your e-mail address',
      preview: 'One more step and your account is ready.',
      heading: 'Confirm your e-mail address',
      paragraphs: [
        'Somebody signed up for Portcullis with this address. If it was you, confirm the address to create the account.',
      ],
      action: { label: 'Confirm address', note: oneUse(lasts) },
      closing: ['If it was not you, ignore this mail. Without the confirmation no account is created.'],
    }),
    account_exists: {
      subject: 'You already have an account',
      preview: 'Somebody tried to sign up with your address. Nothing was changed.',
      heading: 'You already have an account',
      paragraphs: [
        'Somebody tried to sign up for Portcullis with this address, which already has an account. Nothing was changed and nobody was told that the account exists.',
        'If it was you, sign in with the password that you have, or ask for a new one. If it was not you, there is nothing to do.',
      ],
      action: { label: 'Forgot your password?', note: `${BY_MAIL}.` },
      closing: [],
    },
    reset_password: (lasts) => ({
      subject: 'Reset your password',
      preview: 'Choose a new password with the link in this mail.',
      heading: 'Reset your password',
      paragraphs: [
        'Somebody asked for a new password for your Portcullis account. If it was you, choose one now: that signs the account out everywhere.',
      ],
      action: { label: 'Choose a new password', note: oneUse(lasts) },
      closing: ['If it was not you, ignore this mail. Your password stays as it is.'],
    }),
    change_email: (lasts) => ({
      subject: 'Confirm your new e-mail address',
      preview: 'Confirm that this address is yours.',
      heading: 'Confirm your new e-mail address',
      paragraphs: [
        'A Portcullis account asked to use this address from now on. If it is yours, confirm the change.',
      ],
      action: { label: 'Use this address', note: oneUse(lasts) },
      closing: [
        'If you do not know what this is about, ignore this mail. Without the confirmation nothing changes.',
      ],
    }),
    address_in_use: {
      subject: 'Somebody tried to use your e-mail address',
      preview: 'Your account has it, and nothing was changed.',
      heading: 'Somebody tried to use your e-mail address',
      paragraphs: [
        'Another Portcullis account asked to be moved to this address. Your account has it, so nothing was changed and nobody was told.',
      ],
      closing: [
        'If it was you, with a second account: remove the address from this account first. If it was not you, there is nothing to do.',
      ],
    },
    email_changed: (lasts) => ({
      subject: 'Your e-mail address was changed',
      preview: 'If it was not you, take your account back with the link in this mail.',
      heading: 'Your e-mail address was changed',
      paragraphs: [
        'Your Portcullis account moved to another e-mail address. This address no longer belongs to it.',
        'If you did this, there is nothing to do. If it was not you, somebody else has your account. Take it back with this link: it restores this address, signs the account out everywhere and asks you for a new password.',
      ],
      action: { label: 'Undo the change', note: oneUse(lasts) },
      closing: ['Keep this mail until you are sure that the change was yours.'],
    }),
    email_restored: {
      subject: 'Your e-mail address was restored',
      preview: 'Choose a new password to sign in again.',
      heading: 'Your e-mail address was restored',
      paragraphs: [
        'A change of the e-mail address of your Portcullis account was undone with a link that was mailed to you. Every device was signed out, and the password no longer works.',
        'Choose a new password to sign in again.',
      ],
      action: { label: 'Choose a new password', note: `${BY_MAIL}.` },
      closing: [
        'If you do not know what this is about, choose a new password all the same: only somebody who can read your mail can do so.',
      ],
    },
    password_reset: {
      subject: 'Your password was reset',
      preview: 'Every device was signed out. If it was not you, choose another password now.',
      heading: 'Your password was reset',
      paragraphs: [
        'The password of your Portcullis account was reset with a link that was mailed to you. Every device was signed out.',
        NOT_YOU,
      ],
      ...ifNotYou,
    },
    password_changed: {
      subject: 'Your password was changed',
      preview: 'Every other device was signed out. If it was not you, choose another password now.',
      heading: 'Your password was changed',
      paragraphs: [
        'The password of your Portcullis account was changed by somebody who knew the old one. Every other device was signed out.',
        NOT_YOU,
      ],
      ...ifNotYou,
    },
    sign_ins_refused: {
      subject: 'Somebody tries to guess your password',
      preview: 'None of the tries got in. You can sign in as before.',
      heading: 'Somebody tries to guess your password',
      paragraphs: [
        'Wrong passwords were tried for your Portcullis account so often that devices on which you have not signed in before are refused for now. None of those tries got in, and nothing was changed.',
        'On devices that you know you can sign in as always. Anywhere else you can wait, or choose a new password: that lets you in at once.',
      ],
      action: { label: 'Choose a new password', note: `${BY_MAIL}.` },
      closing: [
        'If it was you, there is nothing to do. If it was not you and your password is strong and used nowhere else, there is nothing to do either.',
      ],
    },
    session_reused: {
      subject: 'One of your devices was signed out',
      preview: 'A key of that device was used twice. Sign in on it again.',
      heading: 'One of your devices was signed out',
      paragraphs: [
        'A key that keeps one of your devices signed in to your Portcullis account was used a second time, so somebody may have copied it. It works for nobody now: that device is signed out, all others stay signed in.',
        'Sign in on it again. If you do not know what this is about, or it happens again, choose another password: that signs everybody out.',
      ],
      action: { label: 'Choose another password', note: `${BY_MAIL}.` },
      closing: ['The key may also come from a copy of the device, such as a backup that was restored.'],
    },
    sessions_ended: {
      subject: 'You were signed out everywhere',
      preview: 'The operator of the service did this. Your password still works.',
      heading: 'You were signed out everywhere',
      paragraphs: [
        'The operator of the service signed out every device of your Portcullis account. Your password still works: sign in again where you want to be.',
      ],
      action: { label: 'Choose another password', note: `${BY_MAIL}.` },
      closing: [
        'If you do not know what this is about, ask the operator, and choose another password to be on the safe side.',
      ],
    },
    account_disabled: {
      subject: 'Your account was disabled',
      preview: 'Every device was signed out, and nobody can sign in.',
      heading: 'Your account was disabled',
      paragraphs: [
        'The operator of the service disabled your Portcullis account. Every device was signed out, and nobody can sign in until it is enabled again.',
      ],
      closing: ['If you do not know what this is about, ask the operator.'],
    },
    account_enabled: {
      subject: 'Your account works again',
      preview: 'Sign in with the password that you had.',
      heading: 'Your account works again',
      paragraphs: [
        'The operator of the service enabled your Portcullis account again. Sign in with the password that you had; no device was signed in again by itself.',
      ],
      closing: ['If you do not know what this is about, ask the operator.'],
    },
    account_deleted: {
      subject: 'Your account was deleted',
      preview: 'Every device was signed out, and the account cannot be restored.',
      heading: 'Your account was deleted',
      paragraphs: [
        'Your Portcullis account was deleted by somebody who knew its password. Every device was signed out, and the account cannot be restored.',
      ],
      closing: [
        'If it was not you, somebody knows your password: change it wherever else you use it. You may sign up again with this address.',
      ],
    },
  },
};
