import type { Refusal } from '../history/operation.ts';
import type { Book, HeldSession } from './book.ts';
import type { Person } from './person.ts';
import { openedIn } from './secrets.ts';
import type { Heard } from './service.ts';

const endedIn = (data: Record<string, unknown>): number => Number(data['sessionsEnded']);

/** 401 about the password, or about the session that presented it. */
const refusalFor = (reason: string): Refusal => (reason === 'credentials_invalid' ? 'password' : 'session');

const bound = (person: Person, heard: Heard, sessions: HeldSession[], verb: string): void =>
  person.bury(sessions, heard.returned, verb);

const revoke = async (person: Person, session: HeldSession): Promise<void> => {
  const { book, random } = person;
  const target = random.pick(book.sessions.slice(-8));
  const heard = await person.service.mutate('session.revoke', session.token, { sessionId: target.id });
  const { outcome } = heard;
  const action = { kind: 'revoke', session: session.number, target: target.number } as const;
  if (outcome.kind === 'ok') {
    book.record(heard, { ...action, result: 'ok', ended: endedIn(outcome.data) });
    bound(person, heard, [target], 'session.revoke');
  } else if (outcome.kind === 'refused')
    refusedSession(person, heard, session, { ...action, result: 'refused' });
  else if (outcome.kind === 'unknown') book.record(heard, { ...action, result: 'unknown' });
};

const refusedSession = (
  person: Person,
  heard: Heard,
  session: HeldSession,
  action: Parameters<Book['record']>[1],
): void => {
  person.book.record(heard, action);
  person.bury([session], heard.returned, `a ${action.kind} that saw it revoked`);
};

const signOut = async (person: Person, session: HeldSession): Promise<void> => {
  const { book } = person;
  const heard = await person.service.mutate('session.signOut', session.token);
  const { outcome } = heard;
  const action = { kind: 'sign_out', session: session.number } as const;
  if (outcome.kind === 'ok') {
    book.record(heard, { ...action, result: 'ok' });
    bound(person, heard, [session], 'session.signOut');
  } else if (outcome.kind === 'refused')
    refusedSession(person, heard, session, { ...action, result: 'refused' });
  else if (outcome.kind === 'unknown') book.record(heard, { ...action, result: 'unknown' });
};

const revokeMany = async (
  person: Person,
  session: HeldSession,
  kind: 'revoke_others' | 'revoke_all',
): Promise<void> => {
  const { book } = person;
  const procedure = kind === 'revoke_all' ? 'session.revokeAll' : 'session.revokeOthers';
  const heard = await person.service.mutate(procedure, session.token);
  const { outcome } = heard;
  const action = { kind, session: session.number } as const;
  if (outcome.kind === 'ok') {
    book.record(heard, { ...action, result: 'ok', ended: endedIn(outcome.data) });
    const kept = kind === 'revoke_others' ? session : null;
    bound(
      person,
      heard,
      person.openedBefore(heard.invoked).filter((one) => one !== kept),
      procedure,
    );
  } else if (outcome.kind === 'refused')
    refusedSession(person, heard, session, { ...action, result: 'refused' });
  else if (outcome.kind === 'unknown') book.record(heard, { ...action, result: 'unknown' });
};

/** One link, used once or by two at the same time (G6), sometimes with a sibling that dies with it. */
const reset = async (person: Person): Promise<void> => {
  const { random } = person;
  const link = await mint(person);
  if (link === null) return;
  const sibling = random.chance(0.2) ? await mint(person) : null;
  const uses = random.chance(0.35) ? 2 : 1;
  await Promise.all(Array.from({ length: uses }, () => useLink(person, link)));
  if (sibling !== null) await useLink(person, sibling);
};

interface MintedLink {
  number: number;
  secret: string;
}

const mint = async ({ book, minter }: Person): Promise<MintedLink | null> => {
  const invoked = performance.now();
  const secret = await minter.mint(book.accountId);
  // Whether it is there or not: nobody has it.
  if (secret === null) return null;
  const number = book.newLink();
  const heard: Heard = { outcome: { kind: 'none' }, invoked, returned: performance.now(), via: 'driver' };
  book.record(heard, { kind: 'mint', link: number, result: 'ok' });
  return { number, secret };
};

const useLink = async (person: Person, link: MintedLink): Promise<void> => {
  const { book } = person;
  const password = book.newPassword();
  const input = { token: link.secret, newPassword: book.passwordText(password) };
  const heard = await person.service.mutate('account.resetPassword', undefined, input);
  const { outcome } = heard;
  const action = { kind: 'reset', link: link.number, password } as const;
  if (outcome.kind === 'ok') {
    book.record(heard, { ...action, result: 'ok', ended: endedIn(outcome.data) });
    book.candidates = [password, ...book.candidates.filter((one) => one > password)];
    bound(person, heard, person.openedBefore(heard.invoked), 'account.resetPassword');
  } else if (outcome.kind === 'refused') book.record(heard, { ...action, result: 'refused' });
  else if (outcome.kind === 'unknown') {
    book.record(heard, { ...action, result: 'unknown' });
    book.candidates = [password, ...book.candidates];
  }
};

const change = async (person: Person, session: HeldSession): Promise<void> => {
  const { book } = person;
  const from = book.candidates[0] ?? 0;
  const to = book.newPassword();
  const input = { currentPassword: book.passwordText(from), newPassword: book.passwordText(to) };
  const heard = await person.service.mutate('account.changePassword', session.token, input);
  const { outcome } = heard;
  const action = { kind: 'change', session: session.number, from, to } as const;
  if (outcome.kind === 'ok') {
    const next = book.newSession({ ...openedIn(outcome.data), openedAt: heard.returned });
    book.record(heard, { ...action, result: 'ok', next: next.number, ended: endedIn(outcome.data) });
    book.candidates = [to, ...book.candidates.filter((one) => one > to)];
    bound(person, heard, person.openedBefore(heard.invoked), 'account.changePassword');
  } else if (outcome.kind === 'refused') {
    const reason = refusalFor(outcome.reason);
    const refused = { ...action, result: 'refused', reason } as const;
    if (reason === 'session') return refusedSession(person, heard, session, refused);
    book.record(heard, refused);
  } else if (outcome.kind === 'unknown') {
    book.record(heard, { ...action, result: 'unknown' });
    book.candidates = [to, ...book.candidates];
  }
};

const reauthenticate = async (person: Person, session: HeldSession): Promise<void> => {
  const { book } = person;
  const password = book.candidates[0] ?? 0;
  const input = { password: book.passwordText(password) };
  const heard = await person.service.mutate('session.reauthenticate', session.token, input);
  const { outcome } = heard;
  const action = { kind: 'reauthenticate', session: session.number, password } as const;
  if (outcome.kind === 'ok') {
    const next = book.newSession({ ...openedIn(outcome.data), openedAt: heard.returned });
    book.record(heard, { ...action, result: 'ok', next: next.number });
    bound(person, heard, [session], 'session.reauthenticate');
  } else if (outcome.kind === 'refused') {
    const reason = refusalFor(outcome.reason);
    const refused = { ...action, result: 'refused', reason } as const;
    if (reason === 'session') return refusedSession(person, heard, session, refused);
    book.record(heard, refused);
  } else if (outcome.kind === 'unknown') book.record(heard, { ...action, result: 'unknown' });
};

export const endings = { revoke, signOut, revokeMany, reset, change, reauthenticate };
