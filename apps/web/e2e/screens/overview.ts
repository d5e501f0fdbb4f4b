import { ada, hereSession, longNamed, onlyHere } from '../support/people.ts';
import type { Screen } from './screen.ts';
import { PASSWORD, signedIn, submit } from './ways.ts';

export const overviewScreens: Screen[] = [
  {
    id: 'dashboard--sessions',
    path: '/dashboard',
    heading: 'Hello, Ada Lovelace',
    answers: signedIn,
    act: (page) => page.getByText('Signed out in the last 30 days').click(),
    shows: 'from another device',
  },
  {
    id: 'dashboard--only-here',
    path: '/dashboard',
    heading: 'Hello, Ada Lovelace',
    answers: { ...signedIn, 'session.list': { data: { sessions: onlyHere } } },
    shows: 'You’re signed in nowhere else.',
  },
  {
    id: 'dashboard--long-names',
    path: '/dashboard',
    heading: `Hello, ${longNamed.name}`,
    answers: { ...signedIn, 'account.me': { data: { account: longNamed, session: hereSession } } },
    shows: longNamed.email,
  },
  {
    id: 'dashboard--loading',
    path: '/dashboard',
    heading: 'Hello, Ada Lovelace',
    answers: { 'account.me': { data: { account: ada, session: hereSession } }, 'session.list': 'never' },
    shows: 'Loading your sessions…',
  },
  {
    id: 'dashboard--list-failed',
    path: '/dashboard',
    heading: 'Hello, Ada Lovelace',
    answers: { ...signedIn, 'session.list': { refused: { reason: 'internal' } } },
    shows: 'Try again',
  },
  {
    id: 'dashboard--reconnecting',
    path: '/dashboard',
    heading: 'Hello, Ada Lovelace',
    answers: signedIn,
    live: false,
    shows: 'Reconnecting…',
  },
  {
    id: 'dashboard--signing-out-one',
    path: '/dashboard',
    heading: 'Hello, Ada Lovelace',
    answers: { ...signedIn, 'session.revoke': 'never' },
    act: submit('Sign out Safari on iOS'),
    shows: 'Signing out…',
  },
  {
    id: 'dashboard--revocation-unconfirmed',
    path: '/dashboard',
    heading: 'Hello, Ada Lovelace',
    answers: {
      ...signedIn,
      'session.revoke': { refused: { reason: 'unavailable', mayHaveTakenEffect: true } },
    },
    act: submit('Sign out Safari on iOS'),
    shows: 'Not confirmed',
  },
  {
    id: 'dashboard--confirm-others',
    path: '/dashboard',
    heading: 'Hello, Ada Lovelace',
    answers: signedIn,
    act: submit('Sign out the 3 other sessions'),
    shows: 'You stay signed in here.',
  },
  {
    id: 'dashboard--others-ended',
    path: '/dashboard',
    heading: 'Hello, Ada Lovelace',
    answers: { ...signedIn, 'session.revokeOthers': { data: { sessionsEnded: 3 } } },
    act: async (page) => {
      await submit('Sign out the 3 other sessions')(page);
      await submit('Sign them out')(page);
    },
    shows: '3 sessions signed out.',
  },
  {
    id: 'dashboard--step-up',
    path: '/dashboard',
    heading: 'Hello, Ada Lovelace',
    answers: {
      ...signedIn,
      'session.revoke': { refused: { reason: 'step_up_required' } },
      'session.reauthenticate': { refused: { reason: 'credentials_invalid' } },
    },
    act: async (page) => {
      await submit('Sign out Safari on iOS')(page);
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
      await submit('Continue')(page);
    },
    shows: 'That is not your password.',
  },
  {
    id: 'dashboard--edit-name',
    path: '/dashboard',
    heading: 'Hello, Ada Lovelace',
    answers: signedIn,
    act: submit('Edit name'),
    shows: 'Save',
  },
  {
    id: 'dashboard--name-saved',
    path: '/dashboard',
    heading: 'Hello, Ada King',
    answers: { ...signedIn, 'account.update': { data: { account: { ...ada, name: 'Ada King' } } } },
    act: async (page) => {
      await submit('Edit name')(page);
      await page.getByLabel('Name', { exact: true }).fill('Ada King');
      await submit('Save')(page);
    },
    shows: 'Name saved.',
  },
];
