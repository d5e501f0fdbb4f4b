import { type FieldErrors, get } from 'react-hook-form';
import type { Failure } from '../auth/failure.ts';
import { failureDetailsWords, failuresWords } from '../messages/failures.ts';
import { type FieldKind, fieldMessagesWords, fieldsWords } from '../messages/fields.ts';
import { wordsOf } from '../language/language.ts';

/** The codes that the contract or the service left at a field of a form; undefined while nothing is wrong with it. */
export const codeOf = (errors: FieldErrors, name: string): string | undefined => {
  const error = get(errors, name) as { message?: unknown } | undefined;
  return typeof error?.message === 'string' ? error.message : undefined;
};

/** The codes by which a contract calls an empty entry wrong; the others say something that is true of it, too. */
const ABOUT_FORM: ReadonlySet<string> = new Set(['required', 'malformed', 'too_short']);

/** The sentence for one or several codes (separated by blanks) under a field, one a line. An empty field is asked for, not judged. */
export const fieldSentence = (kind: FieldKind, codes: string, value: unknown): string => {
  const known: Readonly<Record<string, string | undefined>> = wordsOf(fieldMessagesWords)[kind];
  const missing =
    (value === '' || value === undefined) && codes.split(' ').every((code) => ABOUT_FORM.has(code));
  if (missing && known['required'] !== undefined) return known['required'];
  const sentences = codes.split(' ').map((code) => known[code] ?? wordsOf(fieldsWords).fallback);
  return [...new Set(sentences)].join('\n');
};

/** The sentence for a failure that belongs to no field. */
export const failureSentence = (failure: Failure, online: boolean): string => {
  if (failure.mayHaveTakenEffect) return wordsOf(failureDetailsWords).mayHaveTakenEffect;
  if (failure.unreachable && !online) return wordsOf(failureDetailsWords).offline;
  return wordsOf(failuresWords)[failure.reason];
};
