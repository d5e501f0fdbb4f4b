import type { HeldSession } from './book.ts';
import type { Person } from './person.ts';

interface Tokens {
  accessToken: string;
  refreshToken: string;
}

/** What a success that opens a session carries. */
export const openedIn = (
  data: Record<string, unknown>,
): { id: string; token: string; refreshToken: string } => {
  const { id } = data['session'] as { id: string };
  const { accessToken, refreshToken } = data['tokens'] as Tokens;
  return { id, token: accessToken, refreshToken };
};

const verify = async (person: Person, session: HeldSession): Promise<void> => {
  const { book } = person;
  const heard = await person.service.verify(session.token);
  const { outcome } = heard;
  if (outcome.kind === 'ok')
    return book.record(heard, { kind: 'verify', session: session.number, result: 'ok' });
  if (outcome.kind !== 'refused') return;
  book.record(heard, { kind: 'verify', session: session.number, result: 'refused' });
  person.bury([session], heard.returned, 'a verification that saw it revoked');
};

const signIn = async (person: Person): Promise<void> => {
  const { book } = person;
  await attempt(person, book.candidates[0] ?? 0);
};

/** A password that is not the present one any more: it has to fail (G5). */
const signInWithOld = async (person: Person): Promise<void> => {
  const { book, random } = person;
  const newest = Math.max(...book.candidates);
  if (newest === 0) return signIn(person);
  await attempt(person, random.below(newest));
};

const attempt = async (person: Person, password: number): Promise<void> => {
  const { book } = person;
  const input = { email: book.email, password: book.passwordText(password), transport: 'bearer' };
  const heard = await person.service.mutate('session.signIn', undefined, input);
  const { outcome } = heard;
  // A session whose opening was never answered is known to nobody.
  if (outcome.kind === 'ok') {
    const session = book.newSession({ ...openedIn(outcome.data), openedAt: heard.returned });
    book.record(heard, { kind: 'sign_in', password, result: 'ok', session: session.number });
  } else if (outcome.kind === 'refused') {
    book.record(heard, { kind: 'sign_in', password, result: 'refused' });
    if (book.candidates[0] === password && book.candidates.length > 1)
      book.candidates = [...book.candidates.slice(1), password];
  }
};

const refresh = async (person: Person, session: HeldSession): Promise<void> => {
  const { book, refreshWindowMs } = person;
  const presented = session.refreshToken;
  const now = performance.now();
  const since = Math.min(now, ...session.presentations);
  // An honest client gives a secret up when its window may be over: presented later it looks stolen. Few are not honest.
  if (now - since > refreshWindowMs / 2 && !person.random.chance(0.02)) return;
  session.presentations.push(now);
  const heard = await person.service.mutate('session.refresh', undefined, { refreshToken: presented });
  const { outcome, returned } = heard;
  const action = { kind: 'refresh', session: session.number } as const;
  const mayEnd = returned - since >= refreshWindowMs * 0.95;
  if (outcome.kind === 'ok') {
    const given = outcome.data['tokens'] as Tokens;
    book.record(heard, { ...action, result: 'ok', mayEnd });
    book.renewals.push({ session: session.number, presented, given: given.refreshToken });
    session.token = given.accessToken;
    if (session.refreshToken !== presented) return;
    if (given.refreshToken === presented)
      session.presentations = session.presentations.filter((one) => one !== now);
    else Object.assign(session, { refreshToken: given.refreshToken, presentations: [] });
  } else if (outcome.kind === 'refused') {
    book.record(heard, { ...action, result: 'refused', mayEnd });
    person.bury([session], returned, 'a refresh that saw it revoked');
  } else if (outcome.kind === 'unknown') {
    book.record(heard, { ...action, result: 'unknown', mayEnd: true });
    // It can end one session at most: not what makes an account's later claims weak.
    book.unknowns -= 1;
  }
};

export const secrets = { verify, signIn, signInWithOld, refresh };
