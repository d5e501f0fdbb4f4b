import { topic } from '../language/language.ts';

/** The frame of the signed-in pages, and the profile. */
export const dashboardWords = topic('dashboardWords', {
  nav: 'Account',
  overview: 'Overview',
  security: 'Security',
  activity: 'Activity',
  data: 'Your data',
  signOut: 'Sign out',
  signingOut: 'Signing out…',
  signOutFailed: 'You are still signed in: the service did not confirm the sign-out.',
});

export const overviewWords = topic('overviewWords', {
  title: 'Overview',
  greeting: (name: string) => `Hello, ${name}`,
});

export const profileWords = topic('profileWords', {
  title: 'Profile',
  email: 'E-mail address',
  verified: 'Confirmed',
  unverified: 'Not confirmed',
  name: 'Name',
  noName: 'Not given',
  since: 'Member since',
  edit: 'Edit name',
  save: 'Save',
  saving: 'Saving…',
  cancel: 'Cancel',
  saved: 'Name saved.',
});

export const securityWords = topic('securityWords', {
  title: 'Security',
  passwordTitle: 'Password',
  passwordLead: 'Changing it signs out every other device.',
  passwordSubmit: 'Change password',
  passwordPending: 'Changing…',
  passwordChanged: (count: number) =>
    count === 0
      ? 'Password changed. No other device was signed in.'
      : `Password changed. ${count === 1 ? 'One other session was' : `${count >= 1000 ? '1,000 or more' : count} other sessions were`} signed out.`,
  emailTitle: 'E-mail address',
  emailLead: (email: string) =>
    `Your account uses ${email}. We’ll send a link to the new address; nothing changes until you open it.`,
  emailSubmit: 'Send the link',
  emailPending: 'Sending…',
  emailSent: (email: string) =>
    `If ${email} can be used, a link is on its way to it. Your address stays the same until you open it.`,
});

export const yourDataWords = topic('yourDataWords', {
  title: 'Your data',
  exportTitle: 'Export',
  exportLead: 'A JSON file with your profile, your sessions and your activity.',
  exportSubmit: 'Download my data',
  exportPending: 'Preparing…',
  exported: 'Your file is downloading.',
  fileName: (day: string) => `portcullis-export-${day}.json`,
  deleteTitle: 'Delete account',
  deleteLead: 'Your account is deleted at once and every device is signed out. This can’t be undone.',
  deleteOpen: 'Delete my account',
  deleteConfirmTitle: 'Delete your account?',
  deleteConfirmLead: 'Enter your password to delete your account now and for good.',
  deleteSubmit: 'Delete for good',
  deletePending: 'Deleting…',
  cancel: 'Keep my account',
});

export const stepUpWords = topic('stepUpWords', {
  title: 'Is it still you?',
  lead: 'You signed in a while ago. Enter your password to go on.',
  submit: 'Continue',
  pending: 'Checking…',
  cancel: 'Cancel',
});
