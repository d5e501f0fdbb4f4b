import type { HalfDone } from '../check/database.ts';
import type { Judge } from '../check/judge.ts';
import { allFaults, type Injected } from '../nemesis/nemesis.ts';
import type { AcceptedDead } from './facts.ts';
import type { Versions } from './versions.ts';

/** Everything that a run found out, before it is weighed. */
export interface Findings {
  seed: string;
  startedAt: string;
  seconds: number;
  settings: Record<string, string | number>;
  versions: Versions;
  judgement: Judge['judgement'];
  /** Verifications that began after the answer that ended their session, and were decided. */
  afterRevocation: {
    verifications: number;
    sessions: number;
    accepted: AcceptedDead[];
    /** By how long the session had been over, in seconds. */
    byAge: Record<string, number>;
    /** Requests by way of asking and status. */
    requests: Record<string, number>;
    reasons: Record<string, number>;
  };
  answers: Record<string, number>;
  faults: Record<string, number>;
  injected: Injected[];
  mails: { received: number; copies: number; missing: number };
  halfDone: HalfDone[];
  /** What no fault excuses: 500s, processes that ended by themselves, faults that could not be made. */
  oddities: Record<string, number>;
  recovered: boolean;
}

/** One line of what the specification asks, and whether the run found it kept. */
interface Claim {
  guarantee: string;
  claim: string;
  /** How often there was occasion to break it. */
  occasions: number;
  broken: number;
}

export interface Report extends Omit<Findings, 'injected' | 'faults'> {
  verdict: 'held' | 'violated';
  claims: Claim[];
  faults: { name: string; covers: readonly string[]; count: number }[];
}

export const reportOn = (findings: Findings): Report => {
  const { injected: _, faults, ...rest } = findings;
  const claims = claimsOf(findings);
  return {
    verdict: claims.every(({ broken }) => broken === 0) ? 'held' : 'violated',
    claims,
    ...rest,
    faults: allFaults
      .map(({ name, covers }) => ({ name, covers, count: faults[name] ?? 0 }))
      .filter(({ count }) => count > 0),
  };
};

const claimsOf = (findings: Findings): Claim[] => {
  const { judgement, afterRevocation, halfDone, oddities } = findings;
  const { kinds } = judgement;
  const sum = (pattern: RegExp, from: Record<string, number> = kinds) =>
    Object.entries(from).reduce((total, [name, count]) => total + (pattern.test(name) ? count : 0), 0);
  const successors = judgement.violations.filter(({ what }) => what.includes('G11')).length;
  return [
    {
      guarantee: 'G1, G2',
      claim: 'no verification that begins after a revocation was answered accepts a session it ended',
      occasions: afterRevocation.verifications,
      broken: afterRevocation.accepted.length,
    },
    {
      guarantee: 'G1, G2, G4, G5, G6, G8',
      claim: "some order of each account's operations, in real time, explains every answer",
      occasions: judgement.accounts,
      broken: judgement.violations.length - successors,
    },
    {
      guarantee: 'G3',
      claim: 'what one commit does together is in the database together (six queries over all accounts)',
      occasions: sum(/^(reset|change) ok$/),
      broken: halfDone.reduce((total, { count }) => total + count, 0),
    },
    {
      guarantee: 'G3',
      claim: 'every notice that a commit enqueued was sent in the end',
      occasions: findings.mails.received,
      broken: findings.mails.missing,
    },
    {
      guarantee: 'G11',
      claim: 'one refresh secret has one successor',
      occasions: sum(/^refresh ok$/),
      broken: successors,
    },
    {
      guarantee: 'G8',
      claim: 'an outage is answered 503, never 500, and ends no process',
      occasions: sum(/^503/, findings.answers),
      broken: sum(/answered 500|ended with/, oddities),
    },
    {
      guarantee: '',
      claim: 'every process is ready again within 40 s of the last fault',
      occasions: 1,
      broken: findings.recovered ? 0 : 1,
    },
  ];
};
