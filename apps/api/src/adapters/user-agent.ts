import type { SessionListItem } from '@portcullis/contracts/session';
import Bowser from 'bowser';

type Described = SessionListItem['userAgent'];

/** Longer headers are cut before they are looked at: the parser is a list of regular expressions. */
const MOST_CHARACTERS = 512;
const MOST_SHOWN = 100;

const UNKNOWN: Described = { browser: null, os: null, device: null };

/**
 * What a `User-Agent` header claims, for people to recognise a session by; nothing may be decided on it. Null where
 * the header says nothing. Versions are left out: they change under a session that stays the same, and browsers no
 * longer tell the true one of a system.
 */
export const describeUserAgent = (userAgent: string | null): Described => {
  const header = userAgent?.slice(0, MOST_CHARACTERS).trim() ?? '';
  if (header === '') return UNKNOWN;
  try {
    const { browser, os, platform } = Bowser.parse(header);
    return {
      browser: shown(browser.name),
      os: shown(os.name),
      device: shown(platform.model ?? platform.type),
    };
  } catch {
    return UNKNOWN;
  }
};

const shown = (text: string | undefined): string | null => text?.slice(0, MOST_SHOWN) || null;
