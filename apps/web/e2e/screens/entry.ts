import { ada } from '../support/people.ts';
import type { Screen } from './screen.ts';
import { PASSWORD, signUpWith, submit } from './ways.ts';

export const entryScreens: Screen[] = [
  {
    id: 'sign-up--empty',
    path: '/sign-up',
    heading: 'Create your account',
    shows: 'At least 15 characters.',
  },
  {
    id: 'sign-up--invalid',
    path: '/sign-up',
    heading: 'Create your account',
    act: submit('Create account'),
    shows: 'Enter your e-mail address.',
  },
  {
    id: 'sign-up--too-short',
    path: '/sign-up',
    heading: 'Create your account',
    act: signUpWith('short'),
    shows: 'Use at least 15 characters.',
  },
  {
    id: 'sign-up--rejected',
    path: '/sign-up',
    heading: 'Create your account',
    answers: {
      'account.signUp': {
        refused: { reason: 'password_rejected', rules: ['common', 'context', 'breached'] },
      },
    },
    act: signUpWith(PASSWORD),
    shows: 'has appeared in a data breach',
  },
  {
    id: 'check-mail--sign-up',
    path: '/sign-up',
    heading: 'Check your mail',
    answers: { 'account.signUp': { data: { status: 'check_your_email' } } },
    act: signUpWith(PASSWORD),
    shows: ada.email,
  },
  {
    id: 'check-mail--reset',
    path: '/forgot-password',
    heading: 'Check your mail',
    answers: { 'account.requestPasswordReset': { data: { status: 'check_your_email' } } },
    act: async (page) => {
      await page.getByLabel('E-mail address').fill(ada.email);
      await submit('Send the link')(page);
      await submit('send it again')(page);
    },
    shows: 'The link works for 30 minutes, once.',
  },
  { id: 'check-mail--bare', path: '/check-mail', heading: 'Check your mail', shows: 'your address' },
  {
    id: 'forgot-password--empty',
    path: '/forgot-password',
    heading: 'Forgot your password?',
    shows: 'Send the link',
  },
  { id: 'signed-out--self', path: '/signed-out', heading: 'You’re signed out', shows: 'Sign in again' },
];
