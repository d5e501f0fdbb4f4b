import type { Language } from '../domain/language.ts';
import { WORDS } from './catalogue.ts';

/** A moment as a mail says it: to the minute, in UTC, which it names. Nobody knows where the reader will be. */
export const spokenTime = (at: Date, language: Language): string => {
  const { locale, moment } = WORDS[language];
  const utc = { timeZone: 'UTC' } as const;
  const date = new Intl.DateTimeFormat(locale, { ...utc, day: 'numeric', month: 'long', year: 'numeric' });
  const time = new Intl.DateTimeFormat(locale, {
    ...utc,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return moment(date.format(at), time.format(at));
};

const DAY = 86_400;
const HOUR = 3_600;
const MINUTE = 60;

/**
 * A length of time in its largest whole unit. Hours and days are rounded down to within the minute that a mail may be
 * on its way: what was a day when it was asked for is not called 23 hours.
 */
export const spokenDuration = (seconds: number, language: Language): string => {
  const lenient = seconds + MINUTE;
  if (lenient >= 2 * DAY) return counted(lenient / DAY, 'day', language);
  if (seconds >= HOUR) return counted(lenient / HOUR, 'hour', language);
  if (seconds >= MINUTE) return counted(seconds / MINUTE, 'minute', language);
  return counted(Math.max(0, seconds), 'second', language);
};

const counted = (amount: number, unit: string, language: Language): string =>
  new Intl.NumberFormat(WORDS[language].locale, { style: 'unit', unit, unitDisplay: 'long' }).format(
    Math.floor(amount),
  );
