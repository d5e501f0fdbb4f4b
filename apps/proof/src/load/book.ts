import type { Action, AccountHistory, Operation } from '../history/operation.ts';
import type { Heard } from './service.ts';

/** A session that a client was given. */
export interface HeldSession {
  number: number;
  id: string;
  /** When its opening was answered. */
  openedAt: number;
  /** Any of its access tokens; all of them die with it. */
  token: string;
  refreshToken: string;
  /** When the present refresh secret was presented without an answer so far: each may have replaced it. */
  presentations: number[];
  /** Its end was answered, or seen. */
  isDead: boolean;
}

/** What was given for a refresh secret; the same successor has to come each time (G11). */
interface Renewal {
  session: number;
  presented: string;
  given: string;
}

/** What one account's clients know and did. */
export interface Book {
  readonly accountId: string;
  readonly email: string;
  readonly history: AccountHistory;
  readonly sessions: HeldSession[];
  readonly renewals: Renewal[];
  /** Operations of open outcome so far: each makes later claims weaker. */
  unknowns: number;
  passwordText(number: number): string;
  newPassword(): number;
  /** Passwords that may be the present one, the likeliest first. */
  candidates: number[];
  newLink(): number;
  newSession(session: Omit<HeldSession, 'number' | 'presentations' | 'isDead'>): HeldSession;
  /** The number that the next session will have: an action names it before it is made. */
  readonly nextSession: number;
  record(heard: Heard, action: Action): void;
}

/** Ids of operations within the run. */
let operations = 0;

export const createBook = (accountId: string, email: string, firstPassword: string): Book => {
  const passwords = [firstPassword];
  const history: Operation[] = [];
  const sessions: HeldSession[] = [];
  let links = 0;
  const book: Book = {
    accountId,
    email,
    history: { account: accountId, operations: history },
    sessions,
    renewals: [],
    unknowns: 0,
    candidates: [0],
    passwordText: (number) => passwords[number] ?? '',
    newPassword: () => passwords.push(`honest passphrase ${passwords.length} of ${accountId.slice(-8)}`) - 1,
    newLink: () => links++,
    get nextSession() {
      return sessions.length;
    },
    newSession: (given) => {
      const session = { ...given, number: sessions.length, presentations: [], isDead: false };
      sessions.push(session);
      return session;
    },
    record: ({ invoked, returned, via }, action) => {
      const isOpen = action.result === 'unknown';
      if (isOpen) book.unknowns += 1;
      const id = operations++;
      history.push({ id, invoked, returned: isOpen ? Number.POSITIVE_INFINITY : returned, action, via });
    },
  };
  return book;
};
