import { KeyRingError, parseKeyRing } from '../adapters/key-ring.ts';
import { DEVELOPMENT_KEYS, holdsDevelopmentKey, KEY_SETTINGS } from './development-keys.ts';
import type { Settings } from './settings.ts';

/** What is wrong with one setting and what to do; never its value. */
export interface ConfigProblem {
  name: string;
  problem: string;
}

/** Rules over several settings; those that could not be read are undefined and judged elsewhere. */
export const problemsBetween = (values: Partial<Settings>): ConfigProblem[] => [
  ...ordered(values),
  ...keyProblems(values),
  ...inProduction(values),
];

const ordered = (values: Partial<Settings>): ConfigProblem[] => {
  const rules = [
    ['PORTCULLIS_SESSION_IDLE_SECONDS', '<=', 'PORTCULLIS_SESSION_ABSOLUTE_SECONDS'],
    ['PORTCULLIS_SESSION_REMEMBER_IDLE_SECONDS', '<=', 'PORTCULLIS_SESSION_REMEMBER_ABSOLUTE_SECONDS'],
    ['PORTCULLIS_ACCESS_TOKEN_SECONDS', '<', 'PORTCULLIS_SESSION_ABSOLUTE_SECONDS'],
    ['PORTCULLIS_REFRESH_WINDOW_SECONDS', '<', 'PORTCULLIS_ACCESS_TOKEN_SECONDS'],
    ['PORTCULLIS_LOCK_TIMEOUT_MS', '<', 'PORTCULLIS_STATEMENT_TIMEOUT_MS'],
    ['PORTCULLIS_STATEMENT_TIMEOUT_MS', '<', 'PORTCULLIS_REQUEST_DEADLINE_MS'],
  ] as const;
  return rules.flatMap(([name, relation, than]) => {
    const [left, right] = [values[name], values[than]];
    if (left === undefined || right === undefined || left < right || (relation === '<=' && left === right))
      return [];
    return [{ name, problem: `must be ${relation === '<' ? 'less than' : 'at most'} ${than}` }];
  });
};

const keyProblems = (values: Partial<Settings>): ConfigProblem[] => {
  const given = [...KEY_SETTINGS, 'PORTCULLIS_PASSWORD_PEPPERS' as const].filter(
    (name) => values[name] !== undefined,
  );
  const isProduction = values.NODE_ENV === 'production';
  const missing = KEY_SETTINGS.filter((name) => !given.includes(name));
  const problems: ConfigProblem[] = isProduction
    ? missing.map((name) => ({
        name,
        problem: `is required in production: portcullis keys generate prints one (${name}_FILE may name a file instead)`,
      }))
    : [];
  try {
    const [signing, refresh, secret] = KEY_SETTINGS.map((name) => values[name] ?? DEVELOPMENT_KEYS[name]);
    parseKeyRing({
      PORTCULLIS_KEYS: signing ?? '',
      PORTCULLIS_REFRESH_KEYS: refresh ?? '',
      PORTCULLIS_SECRET: secret ?? '',
      PORTCULLIS_PASSWORD_PEPPERS: values.PORTCULLIS_PASSWORD_PEPPERS ?? '',
    });
  } catch (error) {
    if (!(error instanceof KeyRingError)) throw error;
    problems.push(
      ...error.problems
        .filter(({ setting }) => given.includes(setting))
        .map(({ setting, problem }) => ({ name: setting, problem })),
    );
  }
  const known = isProduction ? given.filter((name) => holdsDevelopmentKey(values[name] ?? '')) : [];
  problems.push(
    ...known.map((name) => ({
      name,
      problem: 'holds a development key, which everybody knows: make a new one with portcullis keys generate',
    })),
  );
  return problems;
};

const inProduction = (values: Partial<Settings>): ConfigProblem[] => {
  if (values.NODE_ENV !== 'production') return [];
  const problems: ConfigProblem[] = [];
  const refuse = (name: keyof Settings, problem: string) => problems.push({ name, problem });
  if (values.PUBLIC_URL?.startsWith('http:')) refuse('PUBLIC_URL', 'must begin with https:// in production');
  if (values.PORTCULLIS_ALLOWED_ORIGINS?.some((origin) => origin.startsWith('http:')))
    refuse('PORTCULLIS_ALLOWED_ORIGINS', 'must begin with https:// in production');
  if (values.PORTCULLIS_BREACH_CHECK_URL?.startsWith('http:') && !isLocal(values.PORTCULLIS_BREACH_CHECK_URL))
    refuse('PORTCULLIS_BREACH_CHECK_URL', 'must begin with https:// in production');
  if (values.SMTP_URL === undefined) refuse('SMTP_URL', 'is required in production');
  if (values.PORTCULLIS_RATE_LIMITS === 'relaxed')
    refuse('PORTCULLIS_RATE_LIMITS', 'must be standard in production');
  if ((values.PORTCULLIS_ARGON2_MEMORY_KIB ?? 19_456) < 19_456)
    refuse('PORTCULLIS_ARGON2_MEMORY_KIB', 'must be at least 19456 in production');
  if ((values.PORTCULLIS_ARGON2_PASSES ?? 2) < 2)
    refuse('PORTCULLIS_ARGON2_PASSES', 'must be at least 2 in production');
  if (values.PORTCULLIS_ALLOW_PLAINTEXT_STORES !== true) problems.push(...plaintextStores(values));
  return problems;
};

const OR_ALLOW =
  'or set PORTCULLIS_ALLOW_PLAINTEXT_STORES=true if the network between is protected otherwise';

const plaintextStores = ({ DATABASE_URL, REDIS_URL }: Partial<Settings>): ConfigProblem[] => {
  const problems: ConfigProblem[] = [];
  if (
    DATABASE_URL !== undefined &&
    !isLocal(DATABASE_URL) &&
    !ENCRYPTED.has(new URL(DATABASE_URL).searchParams.get('sslmode') ?? '')
  )
    problems.push({
      name: 'DATABASE_URL',
      problem: `is not encrypted: add sslmode=verify-full, ${OR_ALLOW}`,
    });
  if (REDIS_URL?.startsWith('redis:') && !isLocal(REDIS_URL))
    problems.push({ name: 'REDIS_URL', problem: `is not encrypted: use rediss://, ${OR_ALLOW}` });
  return problems;
};

const ENCRYPTED = new Set(['require', 'verify-ca', 'verify-full']);

/** On this machine: a loopback address, or a Unix socket. */
export const isLocal = (address: string): boolean => {
  const url = new URL(address);
  const host = decodeURIComponent(url.searchParams.get('host') ?? url.hostname);
  return (
    host === '' ||
    host === 'localhost' ||
    host === '[::1]' ||
    host === '::1' ||
    host.startsWith('/') ||
    /^127(\.\d{1,3}){3}$/.test(host)
  );
};
