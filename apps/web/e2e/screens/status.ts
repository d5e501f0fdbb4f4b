import type { Page } from '@playwright/test';
import type { Answers } from '../support/fake-service.ts';
import type { Screen } from './screen.ts';
import { signedIn } from './ways.ts';

/** The service says that the session is over, while its page is open. */
const endWith = (event: { type: string; by: string }) => async (page: Page, answers: Answers) => {
  await page.getByRole('heading', { level: 1, name: 'Hello' }).waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
  answers['account.me'] = { refused: { reason: 'session_revoked' } };
  await page.evaluate((detail) => window.dispatchEvent(new CustomEvent('fake-session-event', { detail })), {
    ...event,
    at: new Date().toISOString(),
  });
};

export const statusScreens: Screen[] = [
  {
    id: 'ended-elsewhere--password-reset',
    path: '/dashboard',
    heading: 'You were signed out',
    answers: signedIn,
    act: endWith({ type: 'password_changed', by: 'password_reset' }),
    shows: 'Your password was reset',
  },
  {
    id: 'ended-elsewhere--on-arrival',
    path: '/dashboard/security',
    heading: 'You were signed out',
    answers: { 'account.me': { refused: { reason: 'session_revoked' } } },
    shows: 'Wasn’t it you?',
  },
  {
    id: 'ended-elsewhere--expired',
    path: '/dashboard',
    heading: 'Your session expired',
    answers: { 'account.me': { refused: { reason: 'session_expired' } } },
    shows: 'You hadn’t used it for a while',
  },
  {
    id: 'pending--opening',
    path: '/dashboard',
    heading: 'Opening your account…',
    answers: { 'account.me': 'never' },
    shows: 'Opening your account…',
  },
  {
    id: 'unavailable--on-arrival',
    path: '/dashboard',
    heading: 'We can’t reach the service',
    answers: { 'account.me': 'broken' },
    shows: 'You are not signed out.',
  },
  {
    id: 'unavailable--degraded',
    path: '/dashboard',
    heading: 'Hello, Ada Lovelace',
    answers: signedIn,
    act: async (page) => {
      await page.getByText('Live', { exact: true }).waitFor();
      await page.unroute('**/trpc/**');
      await page.route('**/trpc/**', (route) => route.abort('connectionrefused'));
      await page.evaluate(() => window.dispatchEvent(new Event('visibilitychange')));
    },
    shows: 'You’re still signed in',
  },
  {
    id: 'unavailable--offline',
    path: '/dashboard',
    heading: 'You’re offline',
    answers: { 'account.me': 'broken' },
    act: async (page) => {
      await page.getByRole('heading', { level: 1, name: 'We can’t reach the service' }).waitFor();
      await page.context().setOffline(true);
    },
    shows: 'as soon as you are connected.',
  },
  {
    id: 'unavailable--offline-banner',
    path: '/dashboard',
    heading: 'Hello, Ada Lovelace',
    answers: signedIn,
    act: async (page, answers) => {
      await page.getByText('Live', { exact: true }).waitFor();
      answers['account.me'] = 'broken';
      await page.context().setOffline(true);
      await page.evaluate(() => window.dispatchEvent(new Event('visibilitychange')));
    },
    shows: 'You’re offline. You’re still signed in',
  },
  {
    id: 'rate-limited--account',
    path: '/dashboard',
    heading: 'Too many requests',
    answers: { 'account.me': { refused: { reason: 'rate_limited', retryAfterMs: 75_000 } } },
    shows: 'You are still signed in.',
  },
  {
    id: 'unexpected--with-request-id',
    path: '/dashboard',
    heading: 'Something went wrong',
    answers: { 'account.me': { refused: { reason: 'internal' } } },
    shows: 'Request 01a2b3c4',
  },
  { id: 'not-found', path: '/no/such/page', heading: 'Nothing here', shows: 'Go to the start' },
];
