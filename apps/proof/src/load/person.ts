import type { Random } from '../random.ts';
import type { Minter, NewAccount } from './accounts.ts';
import { type Book, createBook, type HeldSession } from './book.ts';
import type { Graveyard } from './graveyard.ts';
import type { Service } from './service.ts';
import { pause } from '@portcullis/devstack/wait';
import { endings } from './endings.ts';
import { operate } from './operator.ts';
import { secrets } from './secrets.ts';

/** What the clients of all accounts share. */
export interface Surroundings {
  service: Service;
  minter: Minter;
  graveyard: Graveyard;
  random: Random;
  refreshWindowMs: number;
  /** A command that an operator gives in a process of its own; false when it failed. */
  operate(...args: string[]): Promise<boolean>;
  isOver: () => boolean;
}

/** One account's clients at work. */
export interface Person extends Surroundings {
  book: Book;
  /** Sessions that may still be live, for all that is known. */
  alive(): HeldSession[];
  /** From here on these sessions must not be accepted. */
  bury(sessions: readonly HeldSession[], since: number, cause: string): void;
  /** Sessions that an operation which began then, and succeeded, has ended. */
  openedBefore(invoked: number): HeldSession[];
}

const DEVICES = 3;
const MOST_OPERATIONS = 220;
const MOST_SESSIONS = 90;
/** Beyond this the search for an order gets long, and claims get weak. */
const MOST_UNKNOWNS = 7;
const LIFE_MS = 25_000;

/**
 * Lives one account: some devices at once sign in, use, refresh and end sessions and change the password, all from
 * what they were told. @returns everything that was done
 */
export const livePerson = async (account: NewAccount, shared: Surroundings): Promise<Book> => {
  const book = createBook(account.id, account.email, account.password);
  const person: Person = {
    ...shared,
    book,
    alive: () => book.sessions.filter(({ isDead }) => !isDead),
    openedBefore: (invoked) => book.sessions.filter((one) => !one.isDead && one.openedAt < invoked),
    bury: (sessions, since, cause) => {
      for (const session of sessions) {
        if (session.isDead) continue;
        session.isDead = true;
        shared.graveyard.bury({
          ...{ account: account.id, sessionId: session.id, token: session.token, cause, deadSince: since },
        });
      }
    },
  };
  const bornAt = performance.now();
  const goesOn = () =>
    !shared.isOver() &&
    book.history.operations.length < MOST_OPERATIONS &&
    book.sessions.length < MOST_SESSIONS &&
    book.unknowns < MOST_UNKNOWNS &&
    performance.now() - bornAt < LIFE_MS;
  await Promise.all(
    Array.from({ length: DEVICES }, async () => {
      while (goesOn()) await act(person);
    }),
  );
  return book;
};

type Deed = (person: Person, session: HeldSession) => Promise<void>;

/** Weights: most of what clients do is use sessions; what ends them happens often enough to matter. */
const DEEDS: readonly [weight: number, deed: Deed][] = [
  [230, (person, session) => secrets.verify(person, session)],
  [45, (person) => secrets.signIn(person)],
  [15, (person) => secrets.signInWithOld(person)],
  [35, (person, session) => secrets.refresh(person, session)],
  [20, (person, session) => endings.revoke(person, session)],
  [15, (person, session) => endings.signOut(person, session)],
  [20, (person, session) => endings.revokeMany(person, session, 'revoke_others')],
  [15, (person, session) => endings.revokeMany(person, session, 'revoke_all')],
  [30, (person) => endings.reset(person)],
  [20, (person, session) => endings.change(person, session)],
  [10, (person, session) => endings.reauthenticate(person, session)],
  [1, (person) => operate(person)],
];
const TOTAL = DEEDS.reduce((sum, [weight]) => sum + weight, 0);

const act = async (person: Person): Promise<void> => {
  const { random } = person;
  const alive = person.alive();
  const before = person.book.history.operations.length;
  if (alive.length === 0) await secrets.signIn(person);
  else await chosen(random)(person, random.pick(alive));
  // Nothing was answered: a store is away, and asking at once again would only burn the processor.
  if (person.book.history.operations.length === before) await pause(random.between(100, 500));
};

const chosen = (random: Random): Deed => {
  let left = random.below(TOTAL);
  for (const [weight, deed] of DEEDS) {
    left -= weight;
    if (left < 0) return deed;
  }
  return secrets.verify;
};
