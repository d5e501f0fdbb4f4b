import list from 'fxa-common-password-list';

/** The list holds none that are shorter. */
const SHORTEST_LISTED = 8;

/**
 * The commonest 50,000 passwords of 8 characters or more. Few of them are as long as the policy wants, so a password is
 * also looked up without what people pad one with: case, separators, digits before and after. Only the packed list of
 * the package is asked; the leak that it was made from is under a share-alike licence and is not read.
 * @param minLength Shorter passwords, in code points, are refused for their length and not looked up.
 * @returns Whether a password is a listed one, padded or not.
 */
export const createCommonPasswords =
  (minLength: number): ((password: string) => boolean) =>
  (password) => {
    const normal = password.normalize('NFC');
    if ([...normal].length < minLength) return false;
    return [...formsOf(normal)].some((form) => form.length >= SHORTEST_LISTED && list.test(form));
  };

const formsOf = (password: string): Set<string> => {
  const folded = password.toLowerCase();
  const joined = folded.replaceAll(/[\s\p{P}\p{S}]/gu, '');
  return new Set([password, folded, joined, withoutOuterDigits(joined)]);
};

/** Not by one expression: `\d+$` looks at every run of digits from each of its places. */
const withoutOuterDigits = (text: string): string => {
  const start = text.search(/\P{N}/u);
  if (start < 0) return '';
  let end = text.length;
  while (DIGIT.test(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
};

const DIGIT = /^\p{N}$/u;
