import type { SessionListItem } from '@portcullis/contracts/session';
import { sessionsWords } from '../../messages/sessions.ts';
import { wordsOf } from '../../language/language.ts';

/** The service writes the last use of a session only every few minutes: within this many it counts as "now". */
const NOW_WITHIN_MS = 5 * 60_000;

/** "Chrome on macOS", or as much of it as is known. */
export const deviceName = ({ browser, os, device }: SessionListItem['userAgent']): string => {
  if (browser && os) return wordsOf(sessionsWords).browserOn(browser, os);
  return browser ?? os ?? device ?? wordsOf(sessionsWords).unknownDevice;
};

export type DeviceShape = 'desktop' | 'phone' | 'tablet' | 'program';

/** Which little picture stands for a session. Nothing depends on it. */
export const deviceShape = ({ browser, os, device }: SessionListItem['userAgent']): DeviceShape => {
  const words = `${device ?? ''} ${os ?? ''}`.toLowerCase();
  if (/tablet|ipad/.test(words)) return 'tablet';
  if (/mobile|phone|android|ios/.test(words)) return 'phone';
  return browser === null && os === null ? 'program' : 'desktop';
};

export const isActiveNow = (session: SessionListItem, now: number): boolean =>
  session.current || now - Date.parse(session.lastSeenAt) < NOW_WITHIN_MS;

const latestFirst = (a: string, b: string): number => Date.parse(b) - Date.parse(a);

export type SortedSessions = { alive: SessionListItem[]; others: number; ended: SessionListItem[] };

/** This device first, then by last use; ended ones apart, the latest end first. */
export const sortSessions = (all: readonly SessionListItem[]): SortedSessions => {
  const alive = all
    .filter((session) => session.endedAt === undefined)
    .toSorted((a, b) => Number(b.current) - Number(a.current) || latestFirst(a.lastSeenAt, b.lastSeenAt));
  const ended = all
    .filter((session) => session.endedAt !== undefined)
    .toSorted((a, b) => latestFirst(a.endedAt ?? '', b.endedAt ?? ''));
  return { alive, others: alive.filter((session) => !session.current).length, ended };
};
