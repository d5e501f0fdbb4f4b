import type { Mutant } from './mutant.ts';

const lease = 'src/lease.ts';
const statements = 'sim/postgres/protocol-statements.ts';

/** Parts of generations and leases (P5). */
export const leaseMutants: Mutant[] = [
  {
    name: 'the poll does not lock the generation',
    removes: '§5 FOR SHARE in the poll',
    changes: [{ file: statements, from: "lock: () => ({ key: GENERATION, mode: 'SHARE' }),", to: '' }],
  },
  {
    name: 'the lease row moves by the poll itself',
    removes: '§5 adopt, then report',
    changes: [
      {
        file: statements,
        from: 'const extended = report.generation === generation.name;',
        to: 'const extended = true;',
      },
      { file: lease, from: 'current && reply.extended', to: 'reply.extended' },
    ],
  },
  {
    name: 'several polls at once, late replies are taken',
    removes: '§5 one poll at a time, stale replies dropped',
    changes: [
      {
        file: lease,
        from: 'await this.pollOnce();\n      if (this.#stopped) break;',
        to: 'void this.pollOnce();\n      if (this.#stopped) break;',
      },
      { file: lease, from: 'this.#polling ??= this.#poll()', to: 'this.#polling = this.#poll()' },
      { file: lease, from: 'if (number !== this.#pollNumber) return;', to: '' },
      {
        file: lease,
        from: 'const current = used !== null && used.name === reply.generation.name;',
        to: 'const current = used !== null && used.name === reply.generation.name;\n      void number;',
      },
      {
        file: 'sim/postgres/stores.ts',
        from: 'return this.#with((one) => one.statement(sql.poll(report)));',
        to: "return this.#database.once(this.#process, 'lease', (one) => one.statement(sql.poll(report), 30_000));",
      },
    ],
  },
  {
    name: 'lease rows count after a change of the Postgres history',
    removes: '§5 waiting L after a change of the Postgres history',
    changes: [
      {
        file: lease,
        from: 'if (seen.leasesComplete && seen.everyLeaseCurrent) return true;',
        to: 'if (seen.everyLeaseCurrent) return true;',
      },
    ],
  },
  {
    name: 'the age of the Postgres history ends the wait for lost leases',
    removes: 'P5 L on its own clock since it first saw this generation',
    changes: [
      {
        file: lease,
        from: 'if (!reply.leasesComplete && settled && this.#isOld(reply.generation.name))',
        to: `const parts = this.#parts as unknown as { seen?: { timeline: string; at: number } };
    const now = this.#parts.clock.monotonicMs();
    if (parts.seen?.timeline !== reply.history.timeline) parts.seen = { timeline: reply.history.timeline, at: now };
    if (!reply.leasesComplete && settled && now - parts.seen.at >= this.#settings.leaseMs)`,
      },
    ],
  },
  {
    name: 'a generation of another Postgres history is good enough',
    removes: 'P5 registered on this history',
    changes: [
      {
        file: lease,
        from: 'if (seen.registeredOn === null || !sameHistory(seen.registeredOn, seen.history)) return false;',
        to: '',
      },
      {
        file: lease,
        from: 'const moved = registeredOn !== null && !sameHistory(registeredOn, history);',
        to: 'const moved = history === null;',
      },
    ],
  },
  {
    name: 'nobody waits for a lease to run out',
    removes: 'P5 L on its own monotonic clock',
    changes: [
      {
        file: lease,
        from: 'return this.#parts.clock.monotonicMs() - since >= this.#settings.leaseMs;',
        to: 'return since >= 0;',
      },
    ],
  },
  {
    name: 'a lease counts from the reply',
    removes: 'P5 counts from before the statement',
    changes: [
      {
        file: lease,
        from: '? sentAtMs + this.#settings.leaseMs * (1 - CLOCK_DRIFT)',
        to: '? this.#parts.clock.monotonicMs() + this.#settings.leaseMs * (1 - CLOCK_DRIFT)',
      },
    ],
  },
  {
    name: 'a lease never runs out here',
    removes: 'P1 step 2: the lease holds now',
    changes: [
      {
        file: lease,
        from: 'return monotonic < trust.leaseEndsAtMs && jump <= CLOCK_JUMP_MS;',
        to: 'return trust.leaseEndsAtMs > 0 && jump >= 0 && monotonic >= 0;',
      },
    ],
  },
  {
    name: 'clocks do not drift',
    removes: 'P5 less 5 %',
    changes: [{ file: lease, from: 'const CLOCK_DRIFT = 0.05;', to: 'const CLOCK_DRIFT = 0;' }],
  },
  {
    name: 'machines do not sleep',
    removes: '§2 monotonic and wall clock apart by more than 1 s',
    changes: [{ file: lease, from: ' && jump <= CLOCK_JUMP_MS;', to: ' && jump >= 0;' }],
  },
  {
    name: 'the clock of Postgres alone ends the row of a lease',
    removes: 'P5 a row goes only after it stood still for a lease',
    changes: [{ file: 'sim/postgres/clean-up.ts', from: 'await process.clock.sleep(leaseMs);', to: '' }],
  },
  {
    name: 'a name of a generation is used again',
    removes: '§1 each generation is a fresh name space',
    changes: [
      {
        file: 'sim/redis/session-index.ts',
        from: 'export const keyOf = (generation: string, accountId: string) => `pc:${generation}:{${accountId}}`;',
        to: "export const keyOf = (generation: string, accountId: string) => `pc:${generation && ''}:{${accountId}}`;",
      },
    ],
  },
];
