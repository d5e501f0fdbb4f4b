import { hereSession } from '../support/people.ts';
import type { Screen } from './screen.ts';
import { PASSWORD, askEmailChange, changePasswordWith, signedIn, submit } from './ways.ts';

export const accountScreens: Screen[] = [
  {
    id: 'security--ready',
    path: '/dashboard/security',
    heading: 'Security',
    answers: signedIn,
    shows: 'Current password',
  },
  {
    id: 'security--wrong-password',
    path: '/dashboard/security',
    heading: 'Security',
    answers: { ...signedIn, 'account.changePassword': { refused: { reason: 'credentials_invalid' } } },
    act: changePasswordWith,
    shows: 'That is not your password.',
  },
  {
    id: 'security--password-changed',
    path: '/dashboard/security',
    heading: 'Security',
    answers: { ...signedIn, 'account.changePassword': { data: { sessionsEnded: 2, session: hereSession } } },
    act: changePasswordWith,
    shows: '2 other sessions were signed out.',
  },
  {
    id: 'security--email-sent',
    path: '/dashboard/security',
    heading: 'Security',
    answers: { ...signedIn, 'account.requestEmailChange': { data: { status: 'check_your_email' } } },
    act: askEmailChange,
    shows: 'a link is on its way to it',
  },
  {
    id: 'activity--some',
    path: '/dashboard/activity',
    heading: 'Activity',
    answers: signedIn,
    shows: 'Show older',
  },
  {
    id: 'activity--none',
    path: '/dashboard/activity',
    heading: 'Activity',
    answers: { ...signedIn, 'account.activity': { data: { events: [] } } },
    shows: 'Nothing has happened yet.',
  },
  {
    id: 'data--ready',
    path: '/dashboard/data',
    heading: 'Your data',
    answers: signedIn,
    shows: 'Download my data',
  },
  {
    id: 'data--confirm-delete',
    path: '/dashboard/data',
    heading: 'Your data',
    answers: signedIn,
    act: submit('Delete my account'),
    shows: 'Delete for good',
  },
  {
    id: 'signed-out--everywhere',
    path: '/dashboard',
    heading: 'Signed out everywhere',
    answers: { ...signedIn, 'session.revokeAll': { data: { sessionsEnded: 4 } } },
    act: async (page) => {
      await submit('Sign out everywhere')(page);
      await page.getByRole('dialog').getByRole('button', { name: 'Sign out everywhere' }).click();
    },
    shows: 'All 4 of your sessions have ended.',
  },
  {
    id: 'signed-out--deleted',
    path: '/dashboard/data',
    heading: 'Your account is deleted',
    answers: { ...signedIn, 'account.delete': { data: { status: 'deleted' } } },
    act: async (page) => {
      await submit('Delete my account')(page);
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
      await submit('Delete for good')(page);
    },
    shows: 'Create an account',
  },
];
