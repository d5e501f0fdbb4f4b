import { Healer } from './heal.ts';
import { LeaseKeeper } from './lease.ts';
import type {
  Clock,
  GenerationStore,
  LeaseStore,
  Log,
  Random,
  RevokingStore,
  SessionIndex,
  SessionStore,
} from './ports.ts';
import { Revoker, type RevokingStep } from './revoke.ts';
import { Verifier } from './verify.ts';

export interface AuthorityParts<Tx, Account> {
  index: SessionIndex;
  sessions: SessionStore & GenerationStore;
  leases: LeaseStore;
  revoking: RevokingStore<Tx, Account>;
  clock: Clock;
  random: Random;
  log: Log;
  /** Awaited at each step of a revoking write; absent outside tests. */
  at?: (step: RevokingStep, accountId: string) => Promise<void>;
}

export interface AuthoritySettings {
  /** Fresh at every start: a lease belongs to one life of one process. */
  instanceId: string;
  leaseMs: number;
  pollMs: number;
  sweepMs: number;
  databaseLoss: 'refuse' | 'serve';
}

/** The protocol's parts for one process, wired to each other. */
export interface SessionAuthority<Tx, Account> {
  lease: LeaseKeeper;
  verifier: Verifier;
  revoker: Revoker<Tx, Account>;
  healer: Healer;
  /** Polls once, then keeps polling and sweeping until `close`. A store that is away is not an error: it may come later. */
  start(): Promise<void>;
  /** Gives the lease back. Call it once no verification is running any more. */
  close(): Promise<void>;
}

export const createAuthority = <Tx, Account>(
  parts: AuthorityParts<Tx, Account>,
  settings: AuthoritySettings,
): SessionAuthority<Tx, Account> => {
  const { index, sessions: store, leases, revoking, clock, random, log, at } = parts;
  const registered = () => {
    healer
      .removeRetired()
      .catch((error: unknown) =>
        log.warn({ err: error }, 'keys of retired generations could not be removed yet'),
      );
  };
  const lease = new LeaseKeeper({ store: leases, index, clock, random, log, registered }, settings);
  const healer = new Healer({ lease, index, store, clock, log });
  const heal = healer.attempt.bind(healer);
  const verifier = new Verifier({ lease, index, store, clock, random, log, heal }, settings);
  const revoker = new Revoker({ lease, index, store, revoking, clock, random, log, ...(at ? { at } : {}) });
  return {
    lease,
    verifier,
    revoker,
    healer,
    start: async () => {
      await lease.pollOnce();
      void lease.run();
      void healer.run(settings.sweepMs);
    },
    close: async () => {
      healer.stop();
      await lease.stop();
    },
  };
};
