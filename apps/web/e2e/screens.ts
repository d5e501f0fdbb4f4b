import type { Page } from '@playwright/test';
import type { Answers } from './support/fake-service.ts';
import { ada, hereSession, history, longNamed, onlyHere, severalSessions } from './support/people.ts';

/** One screen in one state: how to get there, and how to know that it is there. */
export type Screen = {
  /** `<screen>--<state>`: the name of its picture. */
  id: string;
  path: string;
  /** The page's one h1. */
  heading: string;
  answers?: Answers;
  /** False: the live connection is never made. */
  live?: boolean;
  /** What a person does on the way. */
  act?: (page: Page, answers: Answers) => Promise<void>;
  /** Text that only this state shows. */
  shows: string;
};

const TOKEN = 't'.repeat(43);
const PASSWORD = 'correct horse battery staple';

const signedIn: Answers = {
  'account.me': { data: { account: ada, session: hereSession } },
  'session.list': { data: { sessions: severalSessions } },
  'account.activity': { data: { events: history, nextCursor: 'next' } },
};

const submit = (name: string) => async (page: Page) => {
  await page.getByRole('button', { name, exact: true }).click();
};

const signInWith = async (page: Page): Promise<void> => {
  await page.getByLabel('E-mail address').fill(ada.email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await submit('Sign in')(page);
};

const signUpWith = (password: string) => async (page: Page) => {
  await page.getByLabel('Name (optional)').fill('Ada Lovelace');
  await page.getByLabel('E-mail address').fill(ada.email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await submit('Create account')(page);
};

const resetWith = async (page: Page): Promise<void> => {
  await page.getByLabel('New password').fill(PASSWORD);
  await submit('Change password')(page);
};

const changePasswordWith = async (page: Page): Promise<void> => {
  await page.getByLabel('Current password').fill('the former password');
  await page.getByLabel('New password').fill(PASSWORD);
  await submit('Change password')(page);
};

const askEmailChange = async (page: Page): Promise<void> => {
  await page.getByLabel('New e-mail address').fill('ada@example.com');
  await submit('Send the link')(page);
};

const signInScreens: Screen[] = [
  { id: 'sign-in--empty', path: '/sign-in', heading: 'Sign in', shows: 'Forgot password?' },
  { id: 'sign-in--invalid', path: '/sign-in', heading: 'Sign in', act: submit('Sign in'), shows: 'Enter your password.' },
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

const signUpScreens: Screen[] = [
  { id: 'sign-up--empty', path: '/sign-up', heading: 'Create your account', shows: 'At least 15 characters.' },
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
      'account.signUp': { refused: { reason: 'password_rejected', rules: ['common', 'context', 'breached'] } },
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
      await submit('Send it again')(page);
    },
    shows: 'The link works for 30 minutes, once.',
  },
  { id: 'check-mail--bare', path: '/check-mail', heading: 'Check your mail', shows: 'your address' },
  { id: 'forgot-password--empty', path: '/forgot-password', heading: 'Forgot your password?', shows: 'Send the link' },
  { id: 'signed-out--self', path: '/signed-out', heading: 'You’re signed out', shows: 'Sign in again' },
];

const verified = { data: { status: 'verified' } } as const;
const stale = { refused: { reason: 'verification_invalid' } } as const;

const mailedLinkScreens: Screen[] = [
  {
    id: 'verify-email--ready',
    path: `/verify-email#token=${TOKEN}`,
    heading: 'Confirm your e-mail address',
    shows: 'Confirm my address',
  },
  { id: 'verify-email--incomplete', path: '/verify-email', heading: 'This link is incomplete', shows: 'Back to sign in' },
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

const overviewScreens: Screen[] = [
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
    answers: { ...signedIn, 'session.revoke': { refused: { reason: 'unavailable', mayHaveTakenEffect: true } } },
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

const accountScreens: Screen[] = [
  { id: 'security--ready', path: '/dashboard/security', heading: 'Security', answers: signedIn, shows: 'Current password' },
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
  { id: 'data--ready', path: '/dashboard/data', heading: 'Your data', answers: signedIn, shows: 'Download my data' },
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

/** The service says that the session is over, while its page is open. */
const endWith = (event: { type: string; by: string }) => async (page: Page, answers: Answers) => {
  await page.getByRole('heading', { level: 1, name: 'Hello' }).waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
  answers['account.me'] = { refused: { reason: 'session_revoked' } };
  await page.evaluate(
    (detail) => window.dispatchEvent(new CustomEvent('fake-session-event', { detail })),
    { ...event, at: new Date().toISOString() },
  );
};

const statusScreens: Screen[] = [
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

export const screens: Screen[] = [
  ...signInScreens,
  ...signUpScreens,
  ...mailedLinkScreens,
  ...overviewScreens,
  ...accountScreens,
  ...statusScreens,
];
