import { PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH } from '@portcullis/contracts/password';
import { topic } from '../language/language.ts';

export type FieldKind = 'email' | 'password' | 'name';

const notStorable = 'This contains a character that can’t be stored. Remove it and try again.';

/** What to say under a field, by the code that the contract or the service gave. */
export const fieldMessagesWords = topic('fieldMessagesWords', {
  email: {
    required: 'Enter your e-mail address.',
    malformed: 'Enter an e-mail address like name@example.org.',
    too_long: 'This e-mail address is too long.',
    not_storable: notStorable,
  },
  password: {
    required: 'Enter your password.',
    too_short: `Use at least ${PASSWORD_MIN_LENGTH} characters. Several words make a good password.`,
    too_long: `Use at most ${PASSWORD_MAX_LENGTH} characters.`,
    common: 'This password is one of the first that anyone would guess. Choose another.',
    context:
      'This password is made of your name, your e-mail address or the name of this service. Add what nobody knows.',
    breached:
      'This password has appeared in a data breach, so attackers try it. Choose one you use nowhere else.',
    wrong: 'That is not your password.',
    not_this_sign_up: 'That is not the password this sign-up was made with.',
    not_storable: notStorable,
  },
  name: {
    too_short: 'Enter a name, or leave it empty.',
    too_long: 'Use at most 100 characters.',
    not_storable: notStorable,
  },
} satisfies Record<FieldKind, Record<string, string>>);

export const fieldsWords = topic('fieldsWords', {
  fallback: 'Check this entry.',
  email: 'E-mail address',
  newEmail: 'New e-mail address',
  name: 'Name',
  nameOptional: 'Name (optional)',
  password: 'Password',
  newPassword: 'New password',
  currentPassword: 'Current password',
  showPassword: 'Show password',
  hidePassword: 'Hide password',
  capsLock: 'Caps Lock is on.',
  errorPrefix: 'Error: ',
  passwordHint: `At least ${PASSWORD_MIN_LENGTH} characters. Several unrelated words are easy to remember and hard to guess.`,
  charactersLeft: (count: number) => (count === 1 ? '1 more character' : `${count} more characters`),
  longEnough: 'Long enough',
});
