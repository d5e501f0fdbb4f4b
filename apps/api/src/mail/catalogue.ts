import type { Language } from '../domain/language.ts';
import { english } from './english.ts';
import { german } from './german.ts';
import type { MailWords } from './words.ts';

/** What mails say, by language. A language without words does not compile, nor do words that are not complete. */
export const WORDS: Record<Language, MailWords> = { en: english, de: german };
