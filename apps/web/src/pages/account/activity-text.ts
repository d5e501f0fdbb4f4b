import { activityTypesWords } from '../../messages/activity.ts';
import { sessionsWords } from '../../messages/sessions.ts';
import { wordsOf } from '../../language/language.ts';

/** What an event type is called; one that this client does not know yet is still readable. */
export const activityName = (type: string): string => {
  const names: Readonly<Record<string, string | undefined>> = wordsOf(activityTypesWords);
  const known = names[type];
  if (known !== undefined) return known;
  const words = type.replace(/[._-]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
};

const BROWSERS: readonly [RegExp, string][] = [
  [/\bEdg\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\//, 'Firefox'],
  [/\bChrome\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];

const SYSTEMS: readonly [RegExp, string][] = [
  [/\b(?:iPhone|iPad)\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bLinux\b/, 'Linux'],
];

const first = (table: readonly [RegExp, string][], text: string): string | undefined =>
  table.find(([pattern]) => pattern.test(text))?.[1];

/** A few words for a raw user agent; what is not a browser's keeps its product name. */
export const deviceWords = (userAgent: string | null): string => {
  if (!userAgent) return '';
  const browser = first(BROWSERS, userAgent);
  const system = first(SYSTEMS, userAgent);
  if (browser && system) return wordsOf(sessionsWords).browserOn(browser, system);
  return browser ?? system ?? userAgent.split(/[\s/]/)[0]?.slice(0, 40) ?? '';
};
