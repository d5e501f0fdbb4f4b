import { topic } from '../language/language.ts';

/** How the page speaks and looks: the choices at its foot. */
export const preferencesWords = topic('preferencesWords', {
  title: 'Language and appearance',
  language: 'Language',
  languageFailed: 'That language could not be loaded. Try again in a moment.',
  appearance: 'Appearance',
  themes: { system: 'System', light: 'Light', dark: 'Dark' },
});
