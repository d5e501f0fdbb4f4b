import type { Mutant } from './mutant.ts';

const verbs = 'sim/postgres/verb-statements.ts';

/** Parts of expiry, of disabling, of changing the password, and of the verification of many at once. */
export const accountMutants: Mutant[] = [
  {
    name: 'expiry by the clock of the instance',
    removes: "P1 expiry by the database's time",
    changes: [
      {
        file: 'src/verify.ts',
        from: 'const now = this.#parts.clock.monotonicMs() + trust.databaseMinusMonotonicMs;',
        to: 'const now = this.#parts.clock.wallMs() + 0 * trust.databaseMinusMonotonicMs;',
      },
    ],
  },
  {
    name: 'the index decides beyond the idle end',
    removes: 'P9 past its idle expiry an entry is not decisive',
    changes: [{ file: 'src/verify.ts', from: 'if (now >= fact.idleExpiresAt) return null;', to: '' }],
  },
  {
    name: 'Postgres does not look at the expiry',
    removes: '§1 live: not expired',
    changes: [
      {
        file: 'sim/postgres/protocol-statements.ts',
        from: 'kind: isLive(state, session.id, nowMs) ?',
        to: 'kind: isLive(state, session.id, 0 * nowMs) ?',
      },
    ],
  },
  {
    name: 'disabling keeps the epoch',
    removes: '§1 disable: always a new epoch',
    changes: [
      {
        file: verbs,
        from: '{ ...account, ...renewed, epoch: account.epoch + 1 }',
        to: '{ ...account, ...renewed, epoch: account.epoch + (change.disabled === true ? 0 : 1) }',
      },
    ],
  },
  {
    name: 'a disabled account signs in',
    removes: 'P3 and not disabled',
    changes: [
      { file: 'sim/verbs.ts', from: "if (account.disabled) return { kind: 'disabled' };", to: '' },
      {
        file: verbs,
        from: 'return account && account.epoch === epoch && !account.disabled\n',
        to: 'return account && account.epoch === epoch\n',
      },
      { file: verbs, from: 'seen.epoch !== epoch || seen.disabled', to: 'seen.epoch !== epoch' },
      { file: verbs, from: 'account.epoch !== epoch || account.disabled', to: 'account.epoch !== epoch' },
    ],
  },
  {
    name: 'whoever changes the password is not looked at again',
    removes: 'P2 step 4: decided under the lock',
    changes: [{ file: 'sim/account-verbs.ts', from: 'await requireLive(tx, callerId);', to: '' }],
  },
  {
    name: 'a renewed hash counts as another password',
    removes: 'G5: under the lock, the hash or the epoch',
    changes: [{ file: 'sim/account-verbs.ts', from: ' || account.epoch === epoch', to: ' || epoch < 0' }],
  },
  {
    name: 'many at once: the epoch is ignored',
    removes: '§1 live, in the statement for many',
    changes: [
      {
        file: 'sim/postgres/protocol-statements.ts',
        from: 'subjects.map(({ sessionId, accountId }) => truth(sessionId, accountId, standby).run(view)),',
        to: `subjects.map(({ sessionId, accountId }) => {
      const found = truth(sessionId, accountId, standby).run(view);
      const session = view.get<SessionRow>(sessionKey(sessionId));
      return session === undefined || session.revoked || found.truth.kind !== 'revoked'
        ? found
        : { ...found, truth: { kind: 'live' as const, session: factOf(session) } };
    }),`,
      },
    ],
  },
  {
    name: 'many at once: answers of an earlier call are used again',
    removes: 'P1 an answer rests only on what was sent after the verification began',
    changes: [
      {
        file: 'src/verify-many.ts',
        from: 'const truths = await this.#store.truths(asked.map(({ subject }) => subject));',
        to: `const kept = ((this.#store as unknown as { kept?: Map<string, Truth> }).kept ??= new Map());
      const known = asked.flatMap(({ subject }) => kept.get(nameOf(subject)) ?? []);
      const truths =
        known.length === asked.length ? known : await this.#store.truths(asked.map(({ subject }) => subject));
      asked.forEach(({ subject }, place) => kept.set(nameOf(subject), truths[place]));`,
      },
    ],
  },
  {
    name: 'many at once: answers in another order',
    removes: 'P1 for many: in the order of the subjects',
    changes: [
      {
        file: 'src/verify-many.ts',
        from: 'const truth = truths[index];',
        to: 'const truth = truths[truths.length - 1 - index];',
      },
    ],
  },
];
