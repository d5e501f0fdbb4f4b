import * as z from 'zod/mini';
import { isStorableText } from './text.ts';

/** Code points after NFC. NIST SP 800-63B-4 §3.1.1.2: at least 15 where the password is the only factor. */
export const PASSWORD_MIN_LENGTH = 15;
/** Far above the 64 that NIST asks for; an upper bound keeps the request body bounded. */
export const PASSWORD_MAX_LENGTH = 1024;

const passwordText = z.string().check(
  z.minLength(1, { error: 'required', abort: true }),
  z.refine((value) => value.length <= PASSWORD_MAX_LENGTH * 4, { abort: true, error: 'too_long' }),
  z.refine(isStorableText, { error: 'not_storable' }),
);

/**
 * A password somebody claims is theirs: any text, exactly as typed. Length rules are not asked here, so that an
 * account made under an older policy can still sign in.
 */
export const presentedPassword = passwordText;

/** A password somebody wants from now on. The policy judges it (`password_rejected`), the contract only its form. */
export const newPassword = passwordText;

/** Why a new password was refused; several may hold at once. */
export const passwordRule = z.enum(['too_short', 'too_long', 'common', 'context', 'breached']);
export type PasswordRule = z.infer<typeof passwordRule>;
