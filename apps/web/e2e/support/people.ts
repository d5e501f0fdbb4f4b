import type { AppRouter } from '@portcullis/api/router';
import { account } from '@portcullis/contracts/account';
import type { EndedBy } from '@portcullis/contracts/session';
import { session, sessionListItem } from '@portcullis/contracts/session';
import type { inferRouterOutputs } from '@trpc/server';

type Listed = inferRouterOutputs<AppRouter>['session']['list']['sessions'][number];

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();

/** The person whom every screen shows. Made through the contracts: a fixture that drifts from them throws. */
export const ada = account.parse({
  id: '01939e5c-7a10-7cc1-b1c7-2f6d2f1f0a11',
  email: 'ada.lovelace@example.org',
  name: 'Ada Lovelace',
  emailVerified: true,
  createdAt: '2026-02-03T09:12:00.000Z',
});

/** Whatever could make a line too long. */
export const longNamed = account.parse({
  ...ada,
  name: 'Maximiliana-Wilhelmina von und zu Hohenlohe-Schillingsfürst-Waldenburg',
  email: `${'very.long.local.part.of.an.address'.repeat(2).slice(0, 64)}@subdomain.department.a-rather-long-company-name.example`,
});

export const hereSession = session.parse({
  id: 'A'.repeat(43),
  createdAt: ago(2 * DAY),
  authenticatedAt: ago(2 * DAY),
  expiresAt: ago(-12 * DAY),
});

type Device = [browser: string | null, os: string | null, device: string | null];

const listed = (
  letter: string,
  [browser, os, device]: Device,
  ip: string | null,
  lastSeen: number,
  created: number,
): Listed => {
  const {
    endedAt: _at,
    endedBy: _by,
    ...alive
  } = sessionListItem.parse({
    id: letter.repeat(43),
    current: letter === 'A',
    createdAt: ago(created),
    lastSeenAt: ago(lastSeen),
    expiresAt: ago(-10 * DAY),
    ip,
    userAgent: { browser, os, device },
  });
  return alive;
};

const ended = (item: Listed, at: number, by: EndedBy): Listed => ({
  ...item,
  endedAt: ago(at),
  endedBy: by,
});

export const onlyHere: Listed[] = [listed('A', ['Chrome', 'macOS', 'desktop'], '203.0.113.24', 0, 2 * DAY)];

export const severalSessions: Listed[] = [
  ...onlyHere,
  listed('B', ['Safari', 'iOS', 'mobile'], '198.51.100.7', 12 * MINUTE, 9 * DAY),
  listed('C', ['Firefox', 'Linux', 'desktop'], '2001:db8:85a3::8a2e:370:7334', 26 * 60 * MINUTE, 30 * DAY),
  listed('D', [null, null, null], null, 3 * DAY, 20 * DAY),
  ended(listed('E', ['Chrome', 'Android', 'mobile'], '198.51.100.90', DAY, 40 * DAY), 4 * MINUTE, 'revoked'),
  ended(
    listed('F', ['Edge', 'Windows', 'desktop'], '203.0.113.200', 5 * DAY, 60 * DAY),
    4 * DAY,
    'password_changed',
  ),
];

const CHROME_MAC =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';
const SAFARI_IOS =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1';

const happened = (
  id: number,
  type: string,
  at: number,
  userAgent: string | null = CHROME_MAC,
  actor = 'account',
) => ({
  id: String(id),
  at: ago(at),
  type,
  actor,
  ip: '203.0.113.24',
  userAgent,
});

export const history = [
  happened(7, 'session_revoked', 4 * MINUTE),
  happened(6, 'signed_in', 50 * MINUTE),
  happened(5, 'sign_in_failed', 52 * MINUTE, SAFARI_IOS),
  happened(4, 'password_changed', 4 * DAY),
  happened(3, 'account_enabled', 6 * DAY, null, 'operator'),
  happened(2, 'profile_changed', 30 * DAY, SAFARI_IOS),
  happened(1, 'account_created', 30 * DAY, SAFARI_IOS),
];
