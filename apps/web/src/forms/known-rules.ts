import { PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH, type PasswordRule } from '@portcullis/contracts/password';

/** Length as the policy counts it: code points after NFC. */
export const passwordLength = (password: string): number => [...password.normalize('NFC')].length;

/** The rules that need no server to be judged. The service judges all of them; this saves a round trip. */
export const knownBrokenRules = (password: string): PasswordRule[] => {
  const length = passwordLength(password);
  if (length < PASSWORD_MIN_LENGTH) return ['too_short'];
  return length > PASSWORD_MAX_LENGTH ? ['too_long'] : [];
};
