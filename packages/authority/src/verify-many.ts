import { type SessionStore, StoreUnavailable, type Truth } from './ports.ts';
import { type Verdict, Verifier, type VerifierParts } from './verify.ts';

/** A session as whoever presents it names it. */
export interface Subject {
  sessionId: string;
  accountId: string;
}

/** Reads for many verifications at once: one fresh autocommit statement on the primary. */
export interface ManySessionStore {
  /** In the order of the subjects. @throws StoreUnavailable as `SessionStore.truth` */
  truths(subjects: readonly Subject[]): Promise<Truth[]>;
}

export interface ManyVerifierParts extends VerifierParts {
  store: SessionStore & ManySessionStore;
}

/**
 * P1 for many sessions: each is verified by the very steps of `Verifier`, and what several of them would ask Postgres
 * is asked in one statement. That statement is sent once every READ of the call has been answered: nothing is joined
 * that was under way before (P1), and no answer of an earlier call is used again (G1).
 */
export class ManyVerifier {
  readonly #parts: ManyVerifierParts;
  readonly #settings: { databaseLoss: 'refuse' | 'serve' };

  constructor(parts: ManyVerifierParts, settings: { databaseLoss: 'refuse' | 'serve' }) {
    this.#parts = parts;
    this.#settings = settings;
  }

  /** One verdict for each subject, in their order. The READs of the call leave in one pipeline. */
  async verifyMany(subjects: readonly Subject[]): Promise<Verdict[]> {
    const distinct = new Map(subjects.map((subject) => [nameOf(subject), subject]));
    const round = new Round(this.#parts.store, [...distinct.keys()]);
    const store: SessionStore = {
      truth: (sessionId, accountId) => round.truth({ sessionId, accountId }),
      whileNobodyRevokes: (accountId, work) => this.#parts.store.whileNobodyRevokes(accountId, work),
      transactionStatus: (xid, branch) => this.#parts.store.transactionStatus(xid, branch),
    };
    const verifier = new Verifier({ ...this.#parts, store }, this.#settings);
    const verdicts = new Map(
      await Promise.all(
        [...distinct].map(async ([name, { sessionId, accountId }]): Promise<[string, Verdict]> => {
          try {
            return [name, await verifier.verify(sessionId, accountId)];
          } finally {
            round.done(name);
          }
        }),
      ),
    );
    return subjects.map((subject) => {
      const verdict = verdicts.get(nameOf(subject));
      if (verdict === undefined) throw new Error('a subject was left out');
      return verdict;
    });
  }
}

/** Ids hold no space. */
const nameOf = ({ sessionId, accountId }: Subject): string => `${accountId} ${sessionId}`;

interface Asked {
  subject: Subject;
  resolve: (truth: Truth) => void;
  reject: (error: unknown) => void;
}

/** The one statement of a call: sent when everybody has either asked for it or is done without it. */
class Round {
  readonly #store: ManySessionStore;
  readonly #undecided: Set<string>;
  readonly #asked: Asked[] = [];

  constructor(store: ManySessionStore, names: readonly string[]) {
    this.#store = store;
    this.#undecided = new Set(names);
  }

  truth(subject: Subject): Promise<Truth> {
    return new Promise((resolve, reject) => {
      this.#asked.push({ subject, resolve, reject });
      this.done(nameOf(subject));
    });
  }

  done(name: string): void {
    this.#undecided.delete(name);
    if (this.#undecided.size > 0 || this.#asked.length === 0) return;
    void this.#send(this.#asked.splice(0));
  }

  async #send(asked: readonly Asked[]): Promise<void> {
    try {
      const truths = await this.#store.truths(asked.map(({ subject }) => subject));
      asked.forEach(({ resolve, reject }, index) => {
        const truth = truths[index];
        if (truth === undefined) reject(new StoreUnavailable('the answer of the store is too short'));
        else resolve(truth);
      });
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
}
