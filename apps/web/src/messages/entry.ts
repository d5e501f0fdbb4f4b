import { topic } from '../language/language.ts';

/** Sign in, sign up, check your mail, signed out. */
export const signInWords = topic('signInWords', {
  title: 'Sign in',
  lead: 'Welcome back.',
  submit: 'Sign in',
  pending: 'Signing in…',
  remember: 'Stay signed in on this device',
  forgot: 'Forgot password?',
  noAccount: 'New here?',
  signUp: 'Create an account',
  unverifiedTitle: 'One step left',
  unverified: 'Confirm your e-mail address before you sign in. The link is in your inbox.',
  sendLink: 'Send a new link',
  unavailableTitle: 'Sign-in is temporarily unavailable',
  unavailable: 'The service isn’t answering. You can try anyway; nothing you type is lost.',
});

export const signUpWords = topic('signUpWords', {
  title: 'Create your account',
  lead: 'You’ll confirm your e-mail address before the account exists.',
  submit: 'Create account',
  pending: 'Creating…',
  haveAccount: 'Already have an account?',
  signIn: 'Sign in',
});

export const checkMailWords = topic('checkMailWords', {
  title: 'Check your mail',
  /** What stands before and after the address. */
  sent: {
    'sign-up': { before: 'We sent a link to confirm your address to ', after: '.' },
    verification: { before: 'If a sign-up is waiting for it, we sent a new link to ', after: '.' },
    reset: {
      before: 'If there is an account for it, we sent a link to choose a new password to ',
      after: '.',
    },
  },
  yourAddress: 'your address',
  expiry: {
    'sign-up': 'Open it and press the button there to finish signing up.',
    verification: 'Open it and press the button there to finish signing up. Use the newest mail.',
    reset: 'The link works for 30 minutes, once.',
  },
  slow: 'A mail may take a few minutes. Nothing there? Look in the spam folder, or',
  again: 'send it again',
  sending: 'Sending…',
  sentAgain: 'Sent. Use the newest mail.',
  wrongAddress: 'Use another address',
  signIn: 'Back to sign in',
});

export const signedOutWords = topic('signedOutWords', {
  title: 'You’re signed out',
  everywhereTitle: 'Signed out everywhere',
  deletedTitle: 'Your account is deleted',
  self: 'This browser no longer has access to your account.',
  everywhere: (count: number) =>
    count === 1
      ? 'The one session you had has ended. It can no longer be used.'
      : `All ${count >= 1000 ? '1,000 or more' : count} of your sessions have ended. None of them can be used any more.`,
  deleted: 'Your profile, sessions and links are gone, and every device was signed out.',
  signInAgain: 'Sign in again',
  signUp: 'Create an account',
});
