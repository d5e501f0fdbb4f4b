import { type Case, skipped } from '../case.ts';

const NO_FACTORS =
  'there is no second factor: factor_required is kept for it, and no procedure answers with it';
const NO_PASSKEYS = 'there are no passkeys';

/** What cannot be attacked, or not from outside. */
export const absentCases: Case[] = [
  skipped(
    'AT-64',
    'a way back after the sign-in that leads elsewhere',
    'only the browser follows it: apps/web/src/auth/return-to.test.ts',
  ),
  skipped(
    'AT-70',
    'script in a display name on the pages',
    'no browser runs here: the client renders names as text, and AT-65 shows that no script of a page’s own may run',
  ),
  skipped(
    'AT-93',
    'secrets, root and left-overs in an image',
    'no image is built here: apps/api/test/operations/image.test.ts and containers.test.ts',
  ),
  skipped(
    'AT-96',
    'keys in a heap dump',
    'a dump can only be read by who already owns the process; that nobody can ask for one from outside is AT-96 beside this',
  ),
  skipped(
    'AT-99',
    'an account linked by an unproven e-mail address of an identity provider',
    'there is no sign-in by other providers',
  ),
  skipped('AT-102', 'a one-time code used twice, or guessed', NO_FACTORS),
  skipped('AT-103', 'the step of the second factor left out', NO_FACTORS),
  skipped('AT-104', 'a challenge of a passkey used twice or by another', NO_PASSKEYS),
  skipped(
    'AT-105',
    'a passkey of another origin, without verification, with a counter that goes back',
    NO_PASSKEYS,
  ),
  skipped('AT-106', 'passkeys that tell which accounts there are', NO_PASSKEYS),
  skipped('AT-107', 'a recovery code used twice', NO_FACTORS),
];
