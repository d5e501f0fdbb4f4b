/** A part of the product that is removed from a copy of its source, and where its removal should show. */
export interface RealMutant {
  name: string;
  /** What the specification says breaks without it. */
  breaks: string;
  edits: readonly { file: string; find: string; replace: string }[];
  /** Faults under which it shows, by name; calm waters show some. */
  faults: RegExp;
}

const REVOKE = 'packages/authority/src/revoke.ts';
const VERIFY = 'packages/authority/src/verify.ts';
const LEASE = 'packages/authority/src/lease.ts';
const SCRIPTS = 'packages/authority/src/redis/scripts.ts';

const NO_FENCE = {
  file: REVOKE,
  find: 'await index.fence(attempt.fence.generation, accountId, attempt.fence.nonce);',
  replace: 'void index;',
};

export const realMutants: readonly RealMutant[] = [
  {
    name: 'neither FENCE nor RELEASE: the answer of the index is trusted',
    breaks: 'G1: what was filled before a revocation goes on being accepted',
    edits: [
      NO_FENCE,
      {
        file: REVOKE,
        find: 'await this.#parts.index.release(fence.generation, accountId, [fence.nonce]);\n        await',
        replace: 'await',
      },
    ],
    faults: /^$/,
  },
  {
    name: 'no FENCE: the key is only removed after the commit',
    breaks: 'G1, G2: a crash between commit and RELEASE leaves a dead session accepted',
    edits: [NO_FENCE],
    faults: /killed between COMMIT|killed between RELEASE|cut just after COMMIT|held back/,
  },
  {
    name: 'a verification is remembered for one second',
    breaks: 'G1: W2, a cache that nobody asks about revocations',
    edits: [
      {
        file: VERIFY,
        find: '    const { lease, index } = this.#parts;\n    // One immutable',
        replace: `    const remembered = REMEMBERED.get(sessionId);
    if (remembered && this.#parts.clock.monotonicMs() - remembered.at < 1_000) return remembered.verdict;
    const { lease, index } = this.#parts;
    // One immutable`,
      },
      {
        file: VERIFY,
        find: '      if (verdict !== null) return verdict;\n    }\n    return this.#fromStore',
        replace: `      if (verdict?.status === 'live') REMEMBERED.set(sessionId, { at: this.#parts.clock.monotonicMs(), verdict });
      if (verdict !== null) return verdict;
    }
    return this.#fromStore`,
      },
      {
        file: VERIFY,
        find: 'const RETRY_AFTER_MS = 1_000;',
        replace:
          'const RETRY_AFTER_MS = 1_000;\nconst REMEMBERED = new Map<string, { at: number; verdict: Verdict }>();',
      },
    ],
    faults: /^$/,
  },
  {
    name: 'no replication id in the scripts',
    breaks: 'G1, G2: W9, a fail-over that lost writes brings yesterday back',
    edits: [
      {
        file: SCRIPTS,
        find: "if not own or not string.find(info, 'role:master', 1, true) or not string.find(ARGV[1], own, 1, true) then",
        replace: 'if not own then',
      },
      { file: SCRIPTS, find: 'if seen[2] == own and seen[3] then', replace: 'if seen[2] and seen[3] then' },
      { file: SCRIPTS, find: 'if seen[2] ~= own then\n  redis', replace: 'if not seen[2] then\n  redis' },
    ],
    faults: /Redis fails over|split brain|another Redis/,
  },
  {
    name: 'a revocation does not wait until every lease is on the present generation',
    breaks: 'G1: an instance that has not heard of the new generation goes on trusting the old one',
    edits: [
      { file: REVOKE, find: 'if (!lease.effective(seen))', replace: 'if (!lease.effective(seen) && false)' },
    ],
    faults: /an operator adopts/,
  },
  {
    name: 'the lease is never over',
    breaks: 'G1: an instance that was frozen or cut off trusts an index that was left behind',
    edits: [
      {
        file: LEASE,
        find: 'return monotonic < trust.leaseEndsAtMs && jump <= CLOCK_JUMP_MS;',
        replace: 'return Number.isFinite(monotonic + jump);',
      },
    ],
    faults: /a partition/,
  },
  {
    name: 'a sign-in does not look at the epoch again',
    breaks: 'G4: a sign-in that proved the old password outlives the reset',
    edits: [
      {
        file: 'apps/api/src/services/session/steps.ts',
        find: 'WHERE a.id = ? AND a.epoch = ? AND a.disabled_at',
        replace: 'WHERE a.id = ? AND a.epoch >= ? AND a.disabled_at',
      },
    ],
    faults: /^$/,
  },
  {
    name: 'an unanswered COMMIT counts as rolled back',
    breaks: 'G3: "nothing happened" is said of a reset that happened',
    edits: [
      {
        file: 'apps/api/src/db/transaction.ts',
        find: "if (error instanceof CommitUnknown) return { kind: 'unknown', error };",
        replace: "if (error instanceof CommitUnknown) return { kind: 'rolled_back', error };",
      },
    ],
    faults: /cut just after COMMIT|terminate_backend/,
  },
  {
    name: 'a script that finds no fence, but an error, answers "live" from the token alone',
    breaks: 'G8: a store that cannot be asked turns into "valid"',
    edits: [
      {
        file: VERIFY,
        find: '      return this.#withoutStore(sessionId, accountId, trust, answer);',
        replace: `      const now = this.#parts.clock.wallMs();
      const times = { createdAt: now, authenticatedAt: now, lastSeenAt: now };
      const session = { sessionId, accountId, ...times, idleExpiresAt: now + 1e6, expiresAt: now + 1e6 };
      return trust === null ? this.#withoutStore(sessionId, accountId, trust, answer) : { status: 'live', session, source: 'store' };`,
      },
    ],
    faults: /both gone|cut off|Postgres stops/,
  },
];
