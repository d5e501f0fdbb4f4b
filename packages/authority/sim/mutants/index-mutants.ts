import type { Mutant } from './mutant.ts';

const scripts = 'sim/redis/scripts.ts';
const verify = 'src/verify.ts';

/** Parts of the index, its four scripts, and of what a verification makes of their answers. */
export const indexMutants: Mutant[] = [
  {
    name: 'no fence',
    removes: '§5 FENCE',
    changes: [
      {
        file: 'src/revoke.ts',
        from: 'await index.fence(attempt.fence.generation, accountId, attempt.fence.nonce);',
        to: '',
      },
    ],
  },
  {
    name: 'FILL without its nonce',
    removes: '§5 the nonce on FILL',
    changes: [
      {
        file: scripts,
        from: 'fields.get(`l:${sessionId}`) !== nonce)',
        to: 'false)',
      },
    ],
  },
  {
    name: 'one nonce instead of a set',
    removes: '§5 the set of nonces',
    changes: [{ file: scripts, from: 'held === undefined ? nonce : `${held} ${nonce}`', to: 'nonce' }],
  },
  {
    name: 'READ ignores the fence',
    removes: '§3 READ',
    changes: [{ file: scripts, from: "if (fences !== undefined) return ['fenced', fences];", to: '' }],
  },
  {
    name: 'scripts without the replication id',
    removes: '§5 the replid in every script',
    changes: [
      {
        file: scripts,
        from: 'server.isPrimary && histories.includes(server.replid)',
        to: 'histories !== null',
      },
    ],
  },
  {
    name: 'values without their history',
    removes: '§5 `o`',
    changes: [
      {
        file: scripts,
        from: "if (fields?.get('o') === server.replid && fact !== undefined)",
        to: 'if (fact !== undefined)',
      },
    ],
  },
  {
    name: 'a fence that expires',
    removes: '§3 fences have no TTL',
    changes: [
      { file: scripts, from: 'key.expiresAtMs = null;', to: 'key.expiresAtMs = server.nowMs() + 500;' },
    ],
  },
  {
    name: 'a positive cache of one second',
    removes: 'P1 results of the session check are never cached',
    changes: [
      {
        file: verify,
        from: 'const { lease, index } = this.#parts;',
        to: `const { lease, index } = this.#parts;
    const parts = this.#parts as unknown as { cache?: Map<string, { verdict: Verdict; until: number }> };
    const cache = (parts.cache ??= new Map());
    const now = this.#parts.clock.monotonicMs();
    const cached = cache.get(sessionId);
    if (cached && now < cached.until) return cached.verdict;
    if (cache.get('busy') === undefined) {
      cache.set('busy', { verdict: { status: 'unavailable', retryAfterMs: 0 }, until: 0 });
      const verdict = await this.verify(sessionId, accountId).finally(() => cache.delete('busy'));
      if (verdict.status === 'live') cache.set(sessionId, { verdict, until: this.#parts.clock.monotonicMs() + 1_000 });
      return verdict;
    }`,
      },
    ],
  },
  {
    name: 'a deny-list: what the index does not know is valid',
    removes: '§1 its absence is never an answer',
    changes: [
      {
        file: verify,
        from: 'const verdict = this.#decide(answer, trust, sessionId, accountId);\n      if',
        to: `const verdict: Verdict | null = answer.kind === 'leased'
        ? { status: 'live', source: 'index', session: null as never }
        : this.#decide(answer, trust, sessionId, accountId);
      if`,
      },
    ],
  },
  {
    name: 'a verification joins a SELECT that is under way',
    removes: 'P1 an answer rests only on what was sent after the verification began',
    changes: [
      {
        file: verify,
        from: 'truth = await store.truth(sessionId, accountId);',
        to: `const shared = ((this.#parts as unknown as { shared?: Map<string, Promise<Truth>> }).shared ??= new Map());
      let joined = shared.get(sessionId);
      if (joined === undefined) {
        joined = store.truth(sessionId, accountId).finally(() => shared.delete(sessionId));
        shared.set(sessionId, joined);
      }
      truth = await joined;`,
      },
    ],
  },
  {
    name: 'no answer from Postgres counts as valid',
    removes: 'G8',
    changes: [
      {
        file: verify,
        from: "const unavailable: Verdict = { status: 'unavailable', retryAfterMs: RETRY_AFTER_MS };",
        to: "const unavailable: Verdict = { status: 'live', source: 'store', session: null as never };",
      },
    ],
  },
  {
    name: 'a standby may answer',
    removes: 'P1 pg_is_in_recovery() is refused',
    changes: [
      {
        file: 'sim/postgres/stores.ts',
        from: "if (row.inRecovery) throw new StoreUnavailable('the server that answered is not a primary');\n    return row.truth;",
        to: 'return row.truth;',
      },
    ],
  },
  {
    name: 'heal without the row lock',
    removes: 'P4 the lock proves that nobody revokes',
    changes: [
      {
        file: 'src/heal.ts',
        from: `return await this.#parts.store.whileNobodyRevokes(accountId, () =>
        this.#parts.index.release(generation, accountId, nonces),
      );`,
        to: 'await this.#parts.index.release(generation, accountId, nonces); return true;',
      },
    ],
  },
];
