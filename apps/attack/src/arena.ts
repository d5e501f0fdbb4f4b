import { randomBytes } from 'node:crypto';
import { startTcpProxy } from '@portcullis/devstack/tcp-proxy';
import { eachOf } from './case.ts';
import type { Answer } from './client/ask.ts';
import type { Place } from './client/place.ts';
import { pause } from '@portcullis/devstack/wait';
import { createVisitor, type Visitor } from './client/visitor.ts';
import { type Ended, type Program, runProgram, startProgram } from './stack/program.ts';
import { askRedis } from './stack/privileges.ts';
import { type AttackStack, makeKeys } from './stack/stack.ts';

const MAIL_MS = 40_000;

/** Somebody with a confirmed account. */
export interface Person {
  email: string;
  password: string;
  accountId: string;
}

/** Somebody who is signed in. */
export interface SignedIn extends Visitor {
  person: Person;
  sessionId: string;
  /** What it presents: the value of its cookie, or its access token. */
  token: string;
  refreshToken: string;
}

/** What an attack may use: the service from outside, its mailbox, and its commands. */
export interface Arena {
  origin: string;
  door: Place & { kind: 'door' };
  /** The door without TLS. */
  plainDoor: Place;
  doorLog: string;
  places: readonly [Place & { kind: 'instance' }, Place & { kind: 'instance' }, Place & { kind: 'instance' }];
  worker: Place & { kind: 'instance' };
  /** The keys of the service, for tokens that only their owner could make. */
  keys: Record<string, string>;
  env: Record<string, string>;
  main: string;
  checkout: string;
  /** For files of an attack. */
  dir: string;
  mailbox: AttackStack['mailbox'];
  /** An IPv4 address that nobody had before. */
  address(): string;
  visitor(options?: { place?: Place; from?: string }): Visitor;
  person(): Promise<Person>;
  /** A person who signed in, by cookie unless told otherwise. */
  signedIn(options?: { transport?: 'cookie' | 'bearer'; person?: Person; place?: Place }): Promise<SignedIn>;
  /** The secret of the newest link to this page that was mailed to the address, of at least so many. */
  link(email: string, page: Page, count?: number): Promise<string>;
  /** Mails that were sent to the address so far. */
  mailsTo(email: string): { subject: string; text: string; html: string }[];
  cli(...args: string[]): Promise<Ended>;
  /** Redis forgets everything. */
  emptyRedis(): Promise<void>;
  makeKeys(): Promise<Record<string, string>>;
  /**
   * Two more instances, whose ring `keys rotate` made: one verifies with both keys, one without the old key. Both
   * believe proxies of another network only, and want a proof of the password that is at most 30 seconds old.
   */
  rotated(): Promise<{ followed: Place; retired: Place }>;
  /** Takes both stores away from one of them, for good. */
  cutOff(): Promise<Place>;
  /** How many hashes some work costs. The instance is nobody else's meanwhile. */
  counted(work: (place: Place) => Promise<unknown>): Promise<number>;
  /** The watched instance from inside. */
  inside(): Promise<{ hashes: number; inherited: string[]; isAdmin: unknown }>;
  /** Keeps what must never stand in a log. */
  secret<T extends string>(text: T): T;
  secrets: ReadonlySet<string>;
}

type Page = 'verify-email' | 'reset-password' | 'confirm-email-change' | 'undo-email-change';

export const newPassword = (): string => `quiet lanterns ${randomBytes(9).toString('base64url')}`;
export const newEmail = (): string => `p${randomBytes(6).toString('hex')}@example.test`;

const MOST_TRIES = 30;

/**
 * What comes before an attack, again while the service says that it has too much to do (503).
 * @throws Error when the answer is another: an attack cannot begin where the ordinary does not work
 */
const must = async (what: string, call: () => Promise<Answer>): Promise<Answer> => {
  for (let tries = 1; ; tries += 1) {
    const answer = await call();
    if (answer.status === 200) return answer;
    if (answer.status !== 503 || tries === MOST_TRIES)
      throw new Error(`${what}: ${answer.status} ${answer.text.slice(0, 300)}`);
    await pause(500);
  }
};

export const createArena = (stack: AttackStack): Arena => {
  const { door, instances, env, main, mailbox } = stack;
  const origin = `https://localhost:${door.place.port}`;
  const address = addresses();
  const secrets = new Set<string>();
  const secret: Arena['secret'] = (text) => {
    secrets.add(text);
    return text;
  };
  const visitor: Arena['visitor'] = ({ place = door.place, from = address() } = {}) =>
    createVisitor(place, origin, from);
  const people = { visitor, secret, ...readingMails(mailbox, secret) };
  const rotated = once(() => startRotated(stack));
  return {
    ...{ origin, env, main, mailbox, address, secrets, keys: env, checkout: stack.checkout, dir: stack.dir },
    ...people,
    ...{ door: door.place, plainDoor: door.plain, doorLog: door.logFile, worker: stack.worker.place },
    places: [instances[0].place, instances[1].place, instances[2].place],
    ...lookingInside(instances[2]),
    person: () => signUp(people),
    signedIn: async ({ transport = 'cookie', person, place = door.place } = {}) =>
      signIn(people, person ?? (await signUp(people)), transport, place),
    cli: (...args) => runProgram(main, args, { ...env, LOG_LEVEL: 'error' }),
    emptyRedis: async () => void (await askRedis(stack.redisUrl, ['FLUSHALL'])),
    makeKeys: () => makeKeys(main),
    rotated,
    cutOff: async () => (await rotated()).cut(),
  };
};

const readingMails = (
  mailbox: Arena['mailbox'],
  secret: Arena['secret'],
): Pick<Arena, 'mailsTo' | 'link'> => {
  const mailsTo: Arena['mailsTo'] = (email) =>
    mailbox
      .mails()
      .filter(({ to }) => to.some(({ Address }) => Address.toLowerCase() === email.toLowerCase()));
  const link: Arena['link'] = async (email, page, count = 1) => {
    const pattern = new RegExp(`/${page}#token=([A-Za-z0-9_-]+)`);
    const found = () => mailsTo(email).flatMap(({ text }) => pattern.exec(text)?.[1] ?? []);
    await mailbox.waitFor(() => found().length >= count, MAIL_MS);
    return secret(found()[0] ?? '');
  };
  return { mailsTo, link };
};

/** One after the other: what an instance counts belongs to whoever has it alone. */
const lookingInside = ({ place, watch }: Program): Pick<Arena, 'inside' | 'counted'> => {
  let turn: Promise<unknown> = Promise.resolve();
  const inside: Arena['inside'] = async () =>
    (await (await fetch(watch ?? '')).json()) as Awaited<ReturnType<Arena['inside']>>;
  const counted: Arena['counted'] = (work) => {
    const mine = turn.then(async () => {
      const { hashes } = await inside();
      await work(place);
      return (await inside()).hashes - hashes;
    });
    turn = mine.catch(() => undefined);
    return mine;
  };
  return { inside, counted };
};

type PeopleParts = Pick<Arena, 'visitor' | 'link' | 'secret'>;

const signUp = async ({ visitor, link, secret }: PeopleParts): Promise<Person> => {
  const [email, password] = [newEmail(), secret(newPassword())];
  const someone = visitor();
  await must('sign up', () => someone.post('account.signUp', { email, password }));
  const token = await link(email, 'verify-email');
  await must('verify', () => someone.post('account.verifyEmail', { token }));
  return { email, password, accountId: '' };
};

const signIn = async (
  { visitor, secret }: PeopleParts,
  person: Person,
  transport: 'cookie' | 'bearer',
  place: Place,
): Promise<SignedIn> => {
  const someone = visitor({ place });
  const { email, password } = person;
  const input = { email, password, transport };
  const { data } = await must('sign in', () => someone.post('session.signIn', input));
  const { account, session, tokens } = data as {
    account: { id: string };
    session: { id: string };
    tokens?: { accessToken: string; refreshToken: string };
  };
  const cookie = someone.cookies.get('__Host-portcullis');
  const token = secret((transport === 'cookie' ? cookie : tokens?.accessToken) ?? '');
  if (tokens && transport === 'bearer') {
    secret(tokens.refreshToken.split('.')[1] ?? '');
    someone.headers['authorization'] = `Bearer ${token}`;
  }
  const { status } = await someone.session();
  if (status !== 204) throw new Error(`whoever signs in is not signed in: ${status}`);
  return Object.assign(someone, {
    ...{ token, sessionId: session.id, refreshToken: tokens?.refreshToken ?? '' },
    person: { ...person, accountId: account.id },
  });
};

const startRotated = async ({ main, dir, env, undo }: AttackStack) => {
  const { stdout } = await runProgram(main, ['keys', 'rotate', '--json'], env);
  const ring = JSON.parse(stdout) as Record<string, string>;
  const [newest = ''] = (ring['PORTCULLIS_KEYS'] ?? '').split(',');
  const stores = await eachOf(['DATABASE_URL', 'REDIS_URL'], async (name) => {
    const { hostname: host, port } = new URL(env[name] ?? '');
    const proxy = await startTcpProxy({ host, port: Number(port) });
    undo.add(() => proxy.stop());
    return { proxy, env: { [name]: proxy.through(env[name] ?? '') } };
  });
  const start = async (own: Record<string, string>) => {
    const more = { ...own, TRUST_PROXY: '10.0.0.0/8', PORTCULLIS_STEP_UP_SECONDS: '30' };
    const program = await startProgram('serve', { main, dir, undo, env: { ...env, ...more } });
    return program.place;
  };
  const [followed, retired] = await Promise.all([
    start(Object.assign({ ...ring }, ...stores.map((store) => store.env))),
    start({ ...ring, PORTCULLIS_KEYS: newest }),
  ]);
  const cut = async () => {
    await Promise.all(stores.map(({ proxy }) => proxy.stop()));
    return followed;
  };
  return { followed, retired, cut };
};

/** Made at the first wish, and the same for everybody. */
const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | null = null;
  return () => (made ??= make());
};

/** Of the network that is set aside for such tests (RFC 2544). */
const addresses = (): (() => string) => {
  let count = 0;
  return () => {
    count += 1;
    return `198.${18 + Math.floor(count / 65_000)}.${Math.floor(count / 250) % 256}.${1 + (count % 250)}`;
  };
};
