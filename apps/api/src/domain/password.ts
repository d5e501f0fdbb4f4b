import { PASSWORD_MAX_LENGTH, type PasswordRule } from '@portcullis/contracts/password';
import { domainOf, localPartOf } from './email.ts';
import { isMadeOf, isPredictable } from './predictable.ts';

export interface PasswordPolicy {
  /** Code points. */
  minLength: number;
  serviceName: string;
  /** Whether a password is on the list of common ones. */
  isCommon: (password: string) => boolean;
}

export interface PasswordOwner {
  email: string;
  name?: string | null;
}

/**
 * Judges a password somebody wants from now on (NIST SP 800-63B-4 §3.1.1.2, ASVS 6.2). Nothing is asked of its
 * composition, and only the whole of it is compared: a listed word inside a long passphrase does no harm.
 * @returns Every rule that it breaks; none when it is acceptable.
 */
export const judgePassword = (
  password: string,
  owner: PasswordOwner,
  policy: PasswordPolicy,
): PasswordRule[] => {
  const normal = password.normalize('NFC');
  const length = [...normal].length;
  // What is too long is not worth the work of looking for patterns.
  if (length > PASSWORD_MAX_LENGTH) return ['too_long'];
  const rules: PasswordRule[] = [];
  if (length < policy.minLength) rules.push('too_short');
  if (policy.isCommon(normal) || isPredictable(normal.toLowerCase())) rules.push('common');
  if (isAboutOwner(normal, owner, policy.serviceName)) rules.push('context');
  return rules;
};

/** Two characters stand in too many words to count as somebody's name. */
const SHORTEST_WORD = 3;

/** The whole password is made of what anybody knows: the service, the address, the name; digits do not hide it. */
const isAboutOwner = (password: string, { email, name }: PasswordOwner, serviceName: string): boolean => {
  const local = localPartOf(email);
  const domain = domainOf(email);
  const known = [serviceName, email, local, domain, name ?? ''];
  const parts = known.flatMap((text) => text.split(SEPARATORS));
  return [withoutSeparators, lettersOnly].some((reduce) => {
    const words = [...known, ...parts].map(reduce).filter((word) => [...word].length >= SHORTEST_WORD);
    return isMadeOf(reduce(password), new Set(words));
  });
};

const SEPARATORS = /[\s\p{P}\p{S}]+/u;

const withoutSeparators = (text: string): string =>
  text
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[\s\p{P}\p{S}]/gu, '');

const lettersOnly = (text: string): string => withoutSeparators(text).replaceAll(/\p{N}/gu, '');
