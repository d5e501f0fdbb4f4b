import { topic } from '../language/language.ts';

/** The pages that mailed links open. */
export const mailedLinksWords = topic('mailedLinksWords', {
  incompleteTitle: 'This link is incomplete',
  incomplete:
    'Part of the address is missing. Open the link from your mail again, or copy all of it. A link also has to be opened anew after this page was reloaded.',
  backToSignIn: 'Back to sign in',
});

export const verifyEmailWords = topic('verifyEmailWords', {
  title: 'Confirm your e-mail address',
  lead: 'Press the button to finish signing up. If you didn’t sign up, close this page and nothing happens.',
  submit: 'Confirm my address',
  pending: 'Confirming…',
  passwordTitle: 'Is this your sign-up?',
  passwordLead:
    'You opened this link in a different browser from the one you signed up in. Enter the password you chose when you signed up.',
  doneTitle: 'Address confirmed',
  done: 'Your account is ready.',
  signIn: 'Sign in',
  staleTitle: 'This link no longer works',
  stale: 'It has expired, was used already, or a newer one took its place. We can send you a new one.',
  sendLink: 'Send a new link',
  sending: 'Sending…',
});

export const forgotPasswordWords = topic('forgotPasswordWords', {
  title: 'Forgot your password?',
  lead: 'Enter your address and we’ll send you a link to choose a new one.',
  submit: 'Send the link',
  pending: 'Sending…',
  signIn: 'Back to sign in',
});

export const resetPasswordWords = topic('resetPasswordWords', {
  title: 'Choose a new password',
  lead: 'Every device that is signed in to your account will be signed out.',
  submit: 'Change password',
  pending: 'Changing…',
  doneTitle: 'Password changed',
  done: (count: number) =>
    count === 0
      ? 'You can sign in with your new password now.'
      : `${count === 1 ? 'One session was' : `${count >= 1000 ? '1,000 or more' : count} sessions were`} signed out and can no longer be used. Sign in with your new password.`,
  signIn: 'Sign in',
  staleTitle: 'This link no longer works',
  stale: 'It has expired, was used already, or something about your account changed since it was sent.',
  again: 'Send a new link',
});

export const confirmEmailChangeWords = topic('confirmEmailChangeWords', {
  title: 'Confirm your new address',
  lead: 'Press the button to make this the address of your account. Your other devices will be signed out.',
  submit: 'Use this address',
  pending: 'Changing…',
  doneTitle: 'Address changed',
  done: 'Your account uses the new address from now on. We told the old one, with a way to undo it for 7 days.',
  account: 'Go to your account',
  staleTitle: 'This link no longer works',
  stale:
    'It has expired, was used already, or your password changed since it was sent. Ask for the change again in your account.',
});

export const undoEmailChangeWords = topic('undoEmailChangeWords', {
  title: 'Undo the change of address',
  lead: 'Press the button to give your account its former address back. Every device will be signed out, and you’ll choose a new password.',
  submit: 'Restore my address',
  pending: 'Restoring…',
  doneTitle: 'Address restored',
  done: 'Every device is signed out. Choose a new password now, since whoever made the change may know the old one.',
  reset: 'Choose a new password',
  staleTitle: 'This link no longer works',
  stale: 'It was used already, or more than 7 days have passed.',
});
