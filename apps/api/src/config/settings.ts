import * as z from 'zod';
import {
  choice,
  flag,
  material,
  networks,
  origin,
  origins,
  setting,
  settled,
  text,
  urlOf,
  whole,
} from './fields.ts';
import { passwordSettings } from './password-settings.ts';

const DAY = 86_400;
const YEAR = 366 * DAY;

const general = { group: 'General' };
const http = { group: 'HTTP' };
const postgres = { group: 'Postgres' };
const redis = { group: 'Redis' };
const mail = { group: 'Mail' };
const keys = { group: 'Keys' };
const sessions = { group: 'Sessions and links' };
const protocol = { group: 'Consistency' };
const retention = { group: 'Retention' };

/** Every setting of the service, with its meaning; `.env.example` is made from this. */
export const settings = z.object({
  NODE_ENV: settled(choice('development', 'test', 'production'), {
    ...general,
    default: 'development',
    description:
      'What this process is for. production refuses development keys, plain http and unprotected stores.',
  }),
  LOG_LEVEL: settled(choice('debug', 'info', 'warn', 'error', 'silent'), {
    ...general,
    default: 'info',
    description: 'The least severe messages that are written.',
  }),
  PUBLIC_URL: settled(origin(), {
    ...general,
    default: 'http://localhost:5173',
    description:
      'The one origin that browsers see; links in mails begin with it, and tokens name it as their issuer.',
  }),

  PORT: settled(whole(0, 65_535), { ...http, default: '3000', description: 'Port of the API.' }),
  HOST: setting(text(255), {
    ...http,
    defaultNote: '127.0.0.1, in production 0.0.0.0',
    description: 'Address that the API listens on.',
  }),
  OPS_PORT: settled(whole(0, 65_535), {
    ...http,
    default: '9000',
    description: 'Port of liveness, readiness and metrics. Keep it inside.',
  }),
  OPS_HOST: setting(text(255), {
    ...http,
    defaultNote: '127.0.0.1, in production 0.0.0.0',
    description: 'Address that the ops port listens on.',
  }),
  TRUST_PROXY: setting(networks(), {
    ...http,
    description:
      'Addresses or networks of the proxies whose X-Forwarded-For is believed, such as 10.0.0.0/8.',
  }),
  PORTCULLIS_ALLOWED_ORIGINS: setting(origins(), {
    ...http,
    description: 'Further origins whose pages may call the API (CORS).',
  }),
  PORTCULLIS_REQUEST_DEADLINE_MS: settled(whole(1_000, 60_000), {
    ...http,
    default: '10000',
    description: 'How long a request may take, in milliseconds.',
  }),

  DATABASE_URL: setting(urlOf('postgres:', 'postgresql:'), {
    ...postgres,
    secret: true,
    description: 'The Postgres primary (15 or newer). Required.',
  }),
  PORTCULLIS_DATABASE_POOL_MAX: settled(whole(1, 500), {
    ...postgres,
    default: '10',
    description: 'Connections for reads and writes of this process.',
  }),
  PORTCULLIS_DATABASE_VERIFY_POOL_MAX: settled(whole(1, 500), {
    ...postgres,
    default: '6',
    description: 'Connections that only verify sessions, so that nothing else can hold them up.',
  }),
  PORTCULLIS_STATEMENT_TIMEOUT_MS: settled(whole(100, 60_000), {
    ...postgres,
    default: '1000',
    description: 'How long one statement may take, in milliseconds.',
  }),
  PORTCULLIS_LOCK_TIMEOUT_MS: settled(whole(50, 60_000), {
    ...postgres,
    default: '600',
    description: 'How long a statement may wait for a lock, in milliseconds.',
  }),

  REDIS_URL: setting(urlOf('redis:', 'rediss:'), {
    ...redis,
    secret: true,
    description:
      'The Redis of the session index. Without it every session check is answered by Postgres: correct, and slower.',
  }),

  SMTP_URL: setting(urlOf('smtp:', 'smtps:'), {
    ...mail,
    secret: true,
    defaultNote: 'smtp://127.0.0.1:1025, required in production',
    description: 'The mail server that the worker sends through.',
  }),
  PORTCULLIS_MAIL_FROM: settled(text(320), {
    ...mail,
    default: 'Portcullis <no-reply@portcullis.test>',
    description: 'Sender of every mail.',
  }),

  PORTCULLIS_KEYS: setting(material(), {
    ...keys,
    secret: true,
    defaultNote: 'a development key, required in production',
    description:
      'Signing keys as PASERK k4.secret, newest first, separated by commas. Make them with: portcullis keys generate',
  }),
  PORTCULLIS_REFRESH_KEYS: setting(material(), {
    ...keys,
    secret: true,
    defaultNote: 'a development key, required in production',
    description: 'Keys that derive refresh secrets as PASERK k4.local, newest first.',
  }),
  PORTCULLIS_SECRET: setting(material(), {
    ...keys,
    secret: true,
    defaultNote: 'a development key, required in production',
    description: 'One k4.local key, or 32 bytes as base64url: hides addresses in look-ups and limits.',
  }),
  PORTCULLIS_PASSWORD_PEPPERS: setting(material(), {
    ...keys,
    secret: true,
    defaultNote: 'no pepper',
    description:
      'Peppers of the password hashes as PASERK k4.local, newest first; none in the first place lets the others verify only. Whoever loses one loses every password hashed with it. Make them with: portcullis keys rotate --pepper',
  }),

  PORTCULLIS_SESSION_IDLE_SECONDS: settled(whole(60, YEAR), {
    ...sessions,
    default: '43200',
    description: 'A session ends after so long without use.',
  }),
  PORTCULLIS_SESSION_ABSOLUTE_SECONDS: settled(whole(60, YEAR), {
    ...sessions,
    default: '86400',
    description: 'A session ends so long after it began, used or not.',
  }),
  PORTCULLIS_SESSION_REMEMBER_IDLE_SECONDS: settled(whole(60, YEAR), {
    ...sessions,
    default: '1209600',
    description: 'The same with "stay signed in".',
  }),
  PORTCULLIS_SESSION_REMEMBER_ABSOLUTE_SECONDS: settled(whole(60, YEAR), {
    ...sessions,
    default: '2592000',
    description: 'The same with "stay signed in".',
  }),
  PORTCULLIS_ACCESS_TOKEN_SECONDS: settled(whole(30, DAY), {
    ...sessions,
    default: '600',
    description: 'Life of a bearer access token.',
  }),
  PORTCULLIS_REFRESH_WINDOW_SECONDS: settled(whole(1, 600), {
    ...sessions,
    default: '60',
    description: 'How long the previous refresh secret still gets the same successor.',
  }),
  PORTCULLIS_STEP_UP_SECONDS: settled(whole(30, DAY), {
    ...sessions,
    default: '600',
    description: 'How old a proof of password may be for changing the e-mail address.',
  }),
  PORTCULLIS_REGISTRATION_SECONDS: settled(whole(300, 30 * DAY), {
    ...sessions,
    default: '86400',
    description: 'Life of a sign-up that waits for its mail to be confirmed.',
  }),
  PORTCULLIS_RESET_LINK_SECONDS: settled(whole(300, DAY), {
    ...sessions,
    default: '1800',
    description: 'Life of a password reset link.',
  }),
  PORTCULLIS_EMAIL_CHANGE_LINK_SECONDS: settled(whole(300, 7 * DAY), {
    ...sessions,
    default: '3600',
    description: 'Life of the link that confirms a new e-mail address.',
  }),
  PORTCULLIS_UNDO_LINK_SECONDS: settled(whole(3_600, 30 * DAY), {
    ...sessions,
    default: '604800',
    description: 'Life of the link that undoes a change of the e-mail address.',
  }),

  ...passwordSettings,

  PORTCULLIS_LEASE_SECONDS: settled(whole(3, 300), {
    ...protocol,
    default: '30',
    description:
      'How long session checks outlive Postgres, and how long a revocation may wait when Redis is lost together with an instance.',
  }),
  PORTCULLIS_DATABASE_LOSS: settled(choice('refuse', 'serve'), {
    ...protocol,
    default: 'refuse',
    description:
      'After the lease, without Postgres: refuse session checks, or serve them from Redis. serve assumes that no instance is cut off from the Postgres through which another revokes.',
  }),
  PORTCULLIS_ALLOW_PLAINTEXT_STORES: settled(flag(), {
    ...protocol,
    default: 'false',
    description: 'Lets production use Postgres, Redis and SMTP on other machines without TLS.',
  }),

  PORTCULLIS_KEEP_SESSION_DAYS: settled(whole(1, 3_650), {
    ...retention,
    default: '30',
    description: 'How long ended sessions stay visible.',
  }),
  PORTCULLIS_KEEP_FEED_DAYS: settled(whole(1, 365), {
    ...retention,
    default: '7',
    description: 'How long the revocation feed can be resumed.',
  }),
  PORTCULLIS_KEEP_NOTICE_DAYS: settled(whole(1, 365), {
    ...retention,
    default: '30',
    description: 'How long the record of a sent mail is kept.',
  }),
  PORTCULLIS_KEEP_AUDIT_MONTHS: setting(whole(1, 1_200), {
    ...retention,
    defaultNote: 'for ever',
    description: 'How many whole months of the audit log are kept.',
  }),
  PORTCULLIS_WORKER_CONCURRENCY: settled(whole(1, 64), {
    ...retention,
    group: 'Worker',
    default: '4',
    description: 'Jobs that a worker does at a time.',
  }),
  PORTCULLIS_CANARY_URLS: setting(origins(), {
    group: 'Worker',
    description:
      'Addresses of all instances, as the worker reaches them one by one, such as http://api-0:3000. With them the worker keeps opening, ending and presenting sessions of an account of its own, and counts portcullis_stale_accepts_total, which must stay 0.',
  }),
  PORTCULLIS_CANARY_SECONDS: settled(whole(1, 3_600), {
    group: 'Worker',
    default: '30',
    description: 'Pause between two rounds of the canary; each leaves one ended session on record.',
  }),
});

export type Settings = z.output<typeof settings>;
export type SettingName = keyof Settings;

export const SETTING_NAMES = Object.keys(settings.shape) as SettingName[];

export const isSecret = (name: SettingName): boolean => settings.shape[name].meta()?.['secret'] === true;
