import { useSyncExternalStore } from 'react';
import type { Catalogue } from './catalogue.ts';

/** Every language with a complete catalogue, by its own name. English is part of the pages; others are fetched. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;

export type Language = keyof typeof LANGUAGES;

const KEY = 'portcullis.language';

const isLanguage = (value: unknown): value is Language =>
  typeof value === 'string' && Object.hasOwn(LANGUAGES, value);

/** The first of these tags (BCP 47) that there is a catalogue for. */
export const pickLanguage = (chosen: string | null, wanted: readonly string[]): Language => {
  if (isLanguage(chosen)) return chosen;
  return wanted.map((tag) => tag.split('-')[0]?.toLowerCase()).find(isLanguage) ?? 'en';
};

const catalogues: Record<Exclude<Language, 'en'>, () => Promise<Catalogue>> = {
  de: () => import('./de/catalogue.ts').then(({ german }) => german),
};

type State = { language: Language; catalogue: Catalogue | null };

let state: State = { language: 'en', catalogue: null };
let latest: Language = 'en';
const listeners = new Set<() => void>();

/** Storage can be denied or full: then a choice lasts as long as the page. */
const stored = {
  read: (): string | null => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  },
  write: (language: Language): void => {
    try {
      localStorage.setItem(KEY, language);
    } catch {
      // The page still changes.
    }
  },
};

/** `ltr` or `rtl`: layout uses logical properties only, so this is all that a right-to-left language needs. */
const directionOf = (language: Language): string => {
  const locale = new Intl.Locale(language) as Intl.Locale & { getTextInfo?: () => { direction?: string } };
  return locale.getTextInfo?.().direction ?? 'ltr';
};

const show = async (language: Language): Promise<void> => {
  latest = language;
  const catalogue = language === 'en' ? null : await catalogues[language]();
  // A later choice overtook this one while its words were fetched.
  if (latest !== language) return;
  state = { language, catalogue };
  document.documentElement.lang = language;
  document.documentElement.dir = directionOf(language);
  for (const listener of listeners) listener();
};

/** Shows the stored language, else the browser's. English when the words of another can't be fetched. */
export const startLanguage = (): Promise<void> =>
  show(pickLanguage(stored.read(), navigator.languages)).catch(() => show('en'));

/**
 * Switches the whole page and remembers the choice.
 *
 * @throws when the words of the language can't be fetched; the page stays as it is
 */
export const chooseLanguage = async (language: Language): Promise<void> => {
  await show(language);
  stored.write(language);
};

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useLanguage = (): Language => useSyncExternalStore(subscribe, () => state.language);

/** The words of a page in one topic: English as they are written beside the page, other languages by its name. */
export type Topic<Words> = { readonly name: string; readonly english: Words };

/* @__NO_SIDE_EFFECTS__ */
export const topic = <Words>(name: string, english: Words): Topic<Words> => ({ name, english });

/** The words of a topic in the language of now. For code outside of components. */
export const wordsOf = <Words>({ name, english }: Topic<Words>): Words =>
  state.catalogue === null ? english : (state.catalogue[name as keyof Catalogue] as unknown as Words);

/** The words of a topic; the component follows a change of the language. */
export const useWords = <Words>(of: Topic<Words>): Words => {
  useLanguage();
  return wordsOf(of);
};

/** The tag for dates and numbers: the browser's own variant of the language, where it has one ("en-GB"). */
export const localeTag = (): string =>
  navigator.languages.find((tag) => tag.toLowerCase().startsWith(state.language)) ?? state.language;
