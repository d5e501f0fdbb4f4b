import type { Screen } from './screen.ts';
import { signInWith, submit } from './ways.ts';

export const signInScreens: Screen[] = [
  { id: 'sign-in--empty', path: '/sign-in', heading: 'Sign in', shows: 'Forgot password?' },
  {
    id: 'sign-in--invalid',
    path: '/sign-in',
    heading: 'Sign in',
    act: submit('Sign in'),
    shows: 'Enter your password.',
  },
  {
    id: 'sign-in--pending',
    path: '/sign-in',
    heading: 'Sign in',
    answers: { 'session.signIn': 'never' },
    act: signInWith,
    shows: 'Signing in…',
  },
  {
    id: 'sign-in--wrong-credentials',
    path: '/sign-in',
    heading: 'Sign in',
    answers: { 'session.signIn': { refused: { reason: 'credentials_invalid' } } },
    act: signInWith,
    shows: 'don’t match',
  },
  {
    id: 'sign-in--unverified',
    path: '/sign-in',
    heading: 'Sign in',
    answers: {
      'session.signIn': { refused: { reason: 'email_unverified' } },
      'account.requestEmailVerification': { data: { status: 'check_your_email' } },
    },
    act: async (page) => {
      await signInWith(page);
      await submit('Send a new link')(page);
    },
    shows: 'Sent. Use the newest mail.',
  },
  {
    id: 'sign-in--disabled',
    path: '/sign-in',
    heading: 'Sign in',
    answers: { 'session.signIn': { refused: { reason: 'account_disabled' } } },
    act: signInWith,
    shows: 'This account is disabled.',
  },
  {
    id: 'sign-in--rate-limited',
    path: '/sign-in',
    heading: 'Sign in',
    answers: { 'session.signIn': { refused: { reason: 'rate_limited', retryAfterMs: 42_000 } } },
    act: signInWith,
    shows: 'Too many attempts',
  },
  {
    id: 'sign-in--unavailable',
    path: '/sign-in',
    heading: 'Sign in',
    answers: { 'account.me': { refused: { reason: 'unavailable', retryAfterMs: 1_000 } } },
    shows: 'Sign-in is temporarily unavailable',
  },
  {
    id: 'sign-in--unreachable',
    path: '/sign-in',
    heading: 'Sign in',
    answers: { 'session.signIn': 'broken' },
    act: signInWith,
    shows: 'The service can’t answer right now.',
  },
  {
    id: 'sign-in--internal',
    path: '/sign-in',
    heading: 'Sign in',
    answers: { 'session.signIn': { refused: { reason: 'internal' } } },
    act: signInWith,
    shows: 'Something went wrong on our side.',
  },
];
