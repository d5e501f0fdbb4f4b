import type { Book } from '../load/book.ts';
import type { HistoryViolation } from '../report/facts.ts';
import { linearize } from './linearize.ts';
import { keyOf } from './model.ts';
import { shrink } from './shrink.ts';

/** What the histories of a run came to. */
interface Judgement {
  accounts: number;
  operations: number;
  unknowns: number;
  /** Operations by kind and result. */
  kinds: Record<string, number>;
  /** Searches that were given up: neither a violation nor its absence. */
  undecided: number;
  /** Steps of all searches. */
  nodes: number;
  violations: HistoryViolation[];
}

export interface Judge {
  take(book: Book): void;
  readonly judgement: Judgement;
}

/** Judges each account's history against the sequential specification, when it is complete. */
export const createJudge = (): Judge => {
  const judgement: Judgement = {
    ...{ accounts: 0, operations: 0, unknowns: 0, kinds: {}, undecided: 0, nodes: 0, violations: [] },
  };
  return {
    judgement,
    take: (book) => {
      const { operations } = book.history;
      judgement.accounts += 1;
      judgement.operations += operations.length;
      for (const { action } of operations) {
        const name = `${action.kind} ${action.result}`;
        judgement.kinds[name] = (judgement.kinds[name] ?? 0) + 1;
        if (action.result === 'unknown') judgement.unknowns += 1;
      }
      const verdict = linearize(operations);
      judgement.nodes += verdict.nodes;
      if (verdict.kind === 'undecided') judgement.undecided += 1;
      if (verdict.kind === 'violation')
        judgement.violations.push({
          what: 'no order of the operations explains what was answered (G1, G2, G4, G5, G6, G8)',
          history: { account: book.accountId, operations: shrink(operations) },
          stuck: verdict.stuck,
          state: keyOf(verdict.state),
        });
      judgement.violations.push(...differentSuccessors(book));
    },
  };
};

/** G11: whoever presents one refresh secret within its window gets one successor, however often and wherever. */
export const differentSuccessors = (book: Pick<Book, 'renewals' | 'accountId'>): HistoryViolation[] => {
  const successors = new Map<string, string>();
  const found: HistoryViolation[] = [];
  for (const { session, presented, given } of book.renewals) {
    if (given === presented) continue;
    const before = successors.get(presented);
    if (before !== undefined && before !== given)
      found.push({
        what: `session ${session} was given two successors for one refresh secret (G11)`,
        history: { account: book.accountId, operations: [] },
        stuck: [],
        state: '',
      });
    successors.set(presented, given);
  }
  return found;
};
