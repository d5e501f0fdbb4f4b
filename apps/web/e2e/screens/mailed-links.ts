import type { Screen } from './screen.ts';
import { PASSWORD, TOKEN, resetWith, submit } from './ways.ts';

const verified = { data: { status: 'verified' } } as const;
const stale = { refused: { reason: 'verification_invalid' } } as const;

export const mailedLinkScreens: Screen[] = [
  {
    id: 'verify-email--ready',
    path: `/verify-email#token=${TOKEN}`,
    heading: 'Confirm your e-mail address',
    shows: 'Confirm my address',
  },
  {
    id: 'verify-email--incomplete',
    path: '/verify-email',
    heading: 'This link is incomplete',
    shows: 'Back to sign in',
  },
  {
    id: 'verify-email--done',
    path: `/verify-email#token=${TOKEN}`,
    heading: 'Address confirmed',
    answers: { 'account.verifyEmail': verified },
    act: submit('Confirm my address'),
    shows: 'Your account is ready.',
  },
  {
    id: 'verify-email--password',
    path: `/verify-email#token=${TOKEN}`,
    heading: 'Is this your sign-up?',
    answers: { 'account.verifyEmail': { refused: { reason: 'credentials_invalid' } } },
    act: async (page) => {
      await submit('Confirm my address')(page);
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
      await submit('Confirm my address')(page);
    },
    shows: 'not the password this sign-up was made with',
  },
  {
    id: 'verify-email--stale',
    path: `/verify-email#token=${TOKEN}`,
    heading: 'This link no longer works',
    answers: { 'account.verifyEmail': stale },
    act: submit('Confirm my address'),
    shows: 'Send a new link',
  },
  {
    id: 'reset-password--ready',
    path: `/reset-password#token=${TOKEN}`,
    heading: 'Choose a new password',
    shows: 'Every device that is signed in',
  },
  {
    id: 'reset-password--done',
    path: `/reset-password#token=${TOKEN}`,
    heading: 'Password changed',
    answers: { 'account.resetPassword': { data: { sessionsEnded: 3 } } },
    act: resetWith,
    shows: '3 sessions were signed out',
  },
  {
    id: 'reset-password--stale',
    path: `/reset-password#token=${TOKEN}`,
    heading: 'This link no longer works',
    answers: { 'account.resetPassword': stale },
    act: resetWith,
    shows: 'Send a new link',
  },
  {
    id: 'reset-password--uncertain',
    path: `/reset-password#token=${TOKEN}`,
    heading: 'Choose a new password',
    answers: { 'account.resetPassword': { refused: { reason: 'unavailable', mayHaveTakenEffect: true } } },
    act: resetWith,
    shows: 'trying again is safe',
  },
  {
    id: 'confirm-email-change--ready',
    path: `/confirm-email-change#token=${TOKEN}`,
    heading: 'Confirm your new address',
    shows: 'Use this address',
  },
  {
    id: 'confirm-email-change--done',
    path: `/confirm-email-change#token=${TOKEN}`,
    heading: 'Address changed',
    answers: { 'account.confirmEmailChange': { data: { status: 'email_changed', sessionsEnded: 2 } } },
    act: submit('Use this address'),
    shows: 'Go to your account',
  },
  {
    id: 'confirm-email-change--limited',
    path: `/confirm-email-change#token=${TOKEN}`,
    heading: 'Confirm your new address',
    answers: { 'account.confirmEmailChange': { refused: { reason: 'rate_limited', retryAfterMs: 95_000 } } },
    act: submit('Use this address'),
    shows: 'Too many attempts',
  },
  {
    id: 'undo-email-change--ready',
    path: `/undo-email-change#token=${TOKEN}`,
    heading: 'Undo the change of address',
    shows: 'Restore my address',
  },
  {
    id: 'undo-email-change--done',
    path: `/undo-email-change#token=${TOKEN}`,
    heading: 'Address restored',
    answers: { 'account.undoEmailChange': { data: { status: 'email_restored', sessionsEnded: 2 } } },
    act: submit('Restore my address'),
    shows: 'Choose a new password',
  },
  {
    id: 'undo-email-change--stale',
    path: `/undo-email-change#token=${TOKEN}`,
    heading: 'This link no longer works',
    answers: { 'account.undoEmailChange': stale },
    act: submit('Restore my address'),
    shows: 'more than 7 days',
  },
];
