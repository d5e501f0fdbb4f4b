import type { Mutant } from './mutant.ts';

const revoke = 'src/revoke.ts';
const verbs = 'sim/postgres/verb-statements.ts';

/** Parts of revoking writes, of sign-in, and of the transactions under both. */
export const revokeMutants: Mutant[] = [
  {
    name: 'a fence that was not acknowledged will do',
    removes: 'P2 step 5',
    changes: [
      {
        file: revoke,
        from: "throw new NotYet('the fence was not acknowledged', { cause });",
        to: 'void cause;',
      },
    ],
  },
  {
    name: 'nobody waits for "effective"',
    removes: '§5 waiting for "effective"',
    changes: [
      {
        file: revoke,
        from: "if (!lease.effective(seen)) throw new NotYet('the generation of the index is not effective yet');",
        to: 'void lease;',
      },
    ],
  },
  {
    name: '"effective" is awaited after the commit',
    removes: '§5 waiting before the commit',
    changes: [
      {
        file: revoke,
        from: "if (!lease.effective(seen)) throw new NotYet('the generation of the index is not effective yet');",
        to: 'lease.effective(seen);',
      },
      {
        file: revoke,
        from: "await this.#at('committed', accountId);",
        to: `while (attempt.seen !== null && !this.#parts.lease.effective({ ...attempt.seen, everyLeaseCurrent: false }))
          await this.#parts.clock.sleep(PAUSE_MS);`,
      },
    ],
  },
  {
    name: 'the generation is not locked against a registration',
    removes: 'P2 step 2',
    changes: [{ file: revoke, from: 'await revoking.shareGeneration(tx);', to: '' }],
  },
  {
    name: 'RELEASE before COMMIT',
    removes: 'P2 step 8',
    changes: [
      {
        file: revoke,
        from: 'attempt.result = { value };\n    await this.#at',
        to: `attempt.result = { value };
    if (attempt.fence) await index.release(attempt.fence.generation, accountId, [attempt.fence.nonce]).catch(() => undefined);
    await this.#at`,
      },
    ],
  },
  {
    name: 'RELEASE in a finally',
    removes: 'P2 step 8: after a known commit or rollback only',
    changes: [
      {
        file: revoke,
        from: 'const settled = await this.#settle(outcome, attempt, deadlineMs);',
        to: `const settled = await this.#settle(outcome, attempt, deadlineMs).finally(
        () => attempt.fence && void this.#parts.index.release(attempt.fence.generation, accountId, [attempt.fence.nonce]).catch(() => undefined),
      );`,
      },
    ],
  },
  {
    name: 'an unanswered COMMIT counts as rolled back',
    removes: 'P2 step 7',
    changes: [
      {
        file: revoke,
        from: "if (outcome.kind !== 'unknown') return outcome;",
        to: `if (outcome.kind !== 'unknown') return outcome;
    return { kind: 'rolled_back', error: new RevocationUnavailable('lost', false, outcome.error) };`,
      },
    ],
  },
  {
    name: 'the number of the timeline tells whose fate it is',
    removes: 'P2 step 7: the branch on which the transaction ran',
    changes: [
      {
        file: 'sim/postgres/stores.ts',
        from: "if (branch.generation !== generation) return 'unknown';",
        to: 'void generation;',
      },
    ],
  },
  {
    name: 'the tag of COMMIT is not looked at',
    removes: 'P2 step 7: a tag other than COMMIT',
    changes: [
      {
        file: 'sim/postgres/unit-of-work.ts',
        from: "if (tag !== 'COMMIT') throw new Error(`COMMIT was answered ${tag}`);",
        to: 'void tag;',
      },
    ],
  },
  {
    name: 'the revoker takes no row lock',
    removes: 'P2 step 1 FOR UPDATE',
    changes: [
      {
        file: verbs,
        from: "lock: (view) => (view.get(accountKey(id)) ? { key: accountKey(id), mode: 'UPDATE' } : null),",
        to: '',
      },
    ],
  },
  {
    name: 'password first, sessions in a later transaction',
    removes: 'G3, W3',
    changes: [
      {
        file: verbs,
        from: 'view.put(accountKey(accountId), { ...account, ...renewed, epoch: account.epoch + 1 });',
        to: 'view.put(accountKey(accountId), { ...account, ...renewed });',
      },
    ],
  },
  {
    name: 'sign-in does not compare the epoch',
    removes: 'P3, W4',
    changes: [
      {
        file: verbs,
        from: 'return account && account.epoch === epoch && !account.disabled\n',
        to: 'return account\n',
      },
      {
        file: verbs,
        from: 'if (seen === undefined || seen.epoch !== epoch || seen.disabled) return false;',
        to: '',
      },
      {
        file: verbs,
        from: 'if (account === undefined || account.epoch !== epoch || account.disabled) return false;',
        to: 'if (account === undefined) return false;',
      },
    ],
  },
  {
    name: 'rehash without compare-and-set',
    removes: 'G10, W7',
    changes: [
      { file: verbs, from: 'if (account && sameHash(account.passwordHash, verified))', to: 'if (account)' },
    ],
  },
  {
    name: 'a use is recorded over a dead session',
    removes: 'G10, P9',
    changes: [
      { file: verbs, from: 'return isLongAgo && isLive(rows, id, server.nowMs());', to: 'return isLongAgo;' },
      {
        file: verbs,
        from: `    const session = view.newest<SessionRow>(sessionKey(id)) as SessionRow;
    const idleExpiresAt`,
        to: `    const session = view.get<SessionRow>(sessionKey(id)) as SessionRow;
    const idleExpiresAt`,
      },
    ],
  },
  {
    name: 'a link is spent without a condition',
    removes: 'G6',
    changes: [
      { file: verbs, from: 'if (!link || link.used) return false;', to: 'if (!link) return false;' },
      {
        file: verbs,
        from: 'return link && account && !link.used && link.linkEpoch === account.linkEpoch',
        to: 'return link && account',
      },
    ],
  },
  {
    name: 'links outlive a reset',
    removes: 'G9',
    changes: [
      { file: verbs, from: 'linkEpoch: account.linkEpoch + 1 }', to: 'linkEpoch: account.linkEpoch }' },
    ],
  },
];
