import { choice, setting, settled, urlOf, whole } from './fields.ts';

const passwords = { group: 'Passwords and limits' };

/** What the settings say about passwords and how often they may be tried. */
export const passwordSettings = {
  PORTCULLIS_PASSWORD_MIN_LENGTH: settled(whole(8, 64), {
    ...passwords,
    default: '15',
    description: 'Least length of a new password, in characters.',
  }),
  PORTCULLIS_BREACH_CHECK_URL: setting(urlOf('https:', 'http:'), {
    ...passwords,
    defaultNote: 'no check',
    description:
      'A range API of leaked passwords that new ones are looked up in, such as https://api.pwnedpasswords.com/range. It is sent the first five digits of a SHA-1, never a password.',
  }),
  PORTCULLIS_BREACH_CHECK_TIMEOUT_MS: settled(whole(50, 5_000), {
    ...passwords,
    default: '500',
    description:
      'How long a new password waits for that answer, in milliseconds; it is accepted without one.',
  }),
  PORTCULLIS_ARGON2_MEMORY_KIB: settled(whole(1_024, 262_144), {
    ...passwords,
    default: '19456',
    description: 'Memory of one password hash; production wants at least 19456 (OWASP).',
  }),
  PORTCULLIS_ARGON2_PASSES: settled(whole(1, 16), {
    ...passwords,
    default: '2',
    description: 'Passes of one password hash; production wants at least 2.',
  }),
  PORTCULLIS_ARGON2_CONCURRENT: setting(whole(1, 256), {
    ...passwords,
    defaultNote: 'the number of cores, at most 3',
    description:
      'Password hashes computed at the same time. More than 3 want a greater UV_THREADPOOL_SIZE, so that other work does not wait behind them.',
  }),
  PORTCULLIS_ARGON2_QUEUE: settled(whole(0, 10_000), {
    ...passwords,
    default: '32',
    description: 'Requests that may wait for a password hash before others are refused.',
  }),
  PORTCULLIS_ARGON2_WAIT_MS: settled(whole(0, 60_000), {
    ...passwords,
    default: '2000',
    description: 'How long one of them waits before it is refused, too, in milliseconds.',
  }),
  PORTCULLIS_RATE_LIMITS: settled(choice('standard', 'relaxed'), {
    ...passwords,
    default: 'standard',
    description:
      'relaxed multiplies the limits per address, mailbox and session by 10,000, never those on wrong passwords. Not in production.',
  }),
};
