import { knownLanguage, type Language } from './language.ts';

/** The request behind a mail, as far as the mail tells its reader. */
export interface MailCause {
  /** What the request was made in; null when it did not say. */
  language: Language | null;
  browser: string | null;
  os: string | null;
  /** Canonical. */
  ip: string | null;
}

/*
 * A `User-Agent` can say anything, and whoever asks for a mail to a stranger chooses it: only these names get into
 * mails, nothing that somebody wrote.
 */
const BROWSERS: ReadonlySet<unknown> = new Set([
  'Android Browser',
  'Brave',
  'Chrome',
  'Chromium',
  'DuckDuckGo',
  'Epiphany',
  'Firefox',
  'Focus',
  'Internet Explorer',
  'LibreWolf',
  'Microsoft Edge',
  'Opera',
  'Safari',
  'Samsung Internet for Android',
  'UC Browser',
  'Vivaldi',
  'Yandex Browser',
]);

const SYSTEMS: ReadonlySet<unknown> = new Set([
  'Android',
  'Chrome OS',
  'HarmonyOS',
  'iOS',
  'Linux',
  'macOS',
  'Windows',
]);

const ADDRESS = /^[0-9a-f.:]{2,45}$/;

/** Reads what was kept with a notice. Whatever is not understood is left out: a mail is worth more than its details. */
export const mailCause = (kept: unknown): MailCause => {
  const { language, browser, os, ip }: Record<string, unknown> =
    typeof kept === 'object' && kept !== null ? { ...kept } : {};
  return {
    language: knownLanguage(language),
    browser: BROWSERS.has(browser) ? String(browser) : null,
    os: SYSTEMS.has(os) ? String(os) : null,
    ip: typeof ip === 'string' && ADDRESS.test(ip) ? ip : null,
  };
};
