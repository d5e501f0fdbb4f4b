import type {
  Clock,
  Generation,
  GenerationSeen,
  LeaseStore,
  Log,
  PollReply,
  PostgresHistory,
  Random,
  Registration,
  SessionIndex,
  TrustedGeneration,
} from './ports.ts';

/** Monotonic clocks differ by less than this share in rate; a lease counts that much shorter here than in its row. */
const CLOCK_DRIFT = 0.05;
/** A machine that slept shows it by its wall clock running ahead of its monotonic clock (or a stepped clock does). */
const CLOCK_JUMP_MS = 1_000;
/** The index must be out of reach for so many polls in a row before "no index at all" is registered (P6). */
const UNREACHED_POLLS = 2;

/** What an instance trusts, taken together and never changed afterwards (P1 step 2). */
export interface Trust {
  readonly generation: Generation;
  readonly leaseEndsAtMs: number;
  readonly wallMinusMonotonicMs: number;
  readonly databaseMinusMonotonicMs: number;
}

export interface LeaseSettings {
  instanceId: string;
  leaseMs: number;
  pollMs: number;
}

export interface LeaseParts {
  store: LeaseStore;
  index: SessionIndex;
  clock: Clock;
  random: Random;
  log: Log;
  /** Called after this process registered a generation. */
  registered?: () => void;
}

const sameHistory = (a: PostgresHistory, b: PostgresHistory) =>
  a.systemId === b.systemId && a.timeline === b.timeline;

/** P5: this instance's lease on the current generation, and the registration of the next one. */
export class LeaseKeeper {
  readonly #parts: LeaseParts;
  readonly #settings: LeaseSettings;
  readonly #firstSeenMs = new Map<string, number>();
  #trust: Trust | null = null;
  #pollNumber = 0;
  #polling: Promise<void> | null = null;
  #unreached = 0;
  #reaches = false;
  #retrySoon = false;
  #stopped = false;
  #wake: (() => void) | null = null;

  constructor(parts: LeaseParts, settings: LeaseSettings) {
    this.#parts = parts;
    this.#settings = settings;
  }

  /** What to trust now; the holder asks `holds` before it relies on the index. */
  trust(): Trust | null {
    return this.#trust;
  }

  /** The lease has not run out and the machine did not sleep since it was granted. */
  holds(trust: Trust): boolean {
    const monotonic = this.#parts.clock.monotonicMs();
    const jump = Math.abs(this.#parts.clock.wallMs() - monotonic - trust.wallMinusMonotonicMs);
    return monotonic < trust.leaseEndsAtMs && jump <= CLOCK_JUMP_MS;
  }

  /** The database's time by this process's monotonic clock and the offset seen at the last poll; null before the first. */
  databaseNowMs(): number | null {
    return this.#trust && this.#parts.clock.monotonicMs() + this.#trust.databaseMinusMonotonicMs;
  }

  /** Whether the last poll found the registered history of the index. */
  reachesIndex(): boolean {
    return this.#reaches;
  }

  /**
   * P5 "effective", judged inside a revoking transaction: nobody can still hold a lease on an older generation.
   * Either all lease rows say so, or this process has known the generation for a whole lease on its own clock.
   */
  effective(seen: GenerationSeen): boolean {
    if (seen.registeredOn === null || !sameHistory(seen.registeredOn, seen.history)) return false;
    const since = this.#note(seen.generation.name);
    if (seen.leasesComplete && seen.everyLeaseCurrent) return true;
    return this.#parts.clock.monotonicMs() - since >= this.#settings.leaseMs;
  }

  /** Polls at once when a loop is waiting; used by whoever waits for a generation to become effective. */
  hurry(): void {
    this.#wake?.();
  }

  /** Runs until `stop`: one poll at a time, each second, at once after the generation changed. */
  async run(): Promise<void> {
    while (!this.#stopped) {
      await this.pollOnce();
      if (this.#stopped) break;
      await this.#pause();
    }
  }

  /** Ends the loop and gives the lease back. Call it once no verification is running any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake?.();
    await this.#polling;
    this.#trust = null;
    await this.#parts.store.removeLease(this.#settings.instanceId).catch(() => undefined);
  }

  /** One poll, joined when one is under way: two at once could re-install a generation that was left. */
  pollOnce(): Promise<void> {
    this.#polling ??= this.#poll()
      .catch((error: unknown) => this.#parts.log.warn({ err: error }, 'lease poll failed'))
      .finally(() => {
        this.#polling = null;
      });
    return this.#polling;
  }

  async #poll(): Promise<void> {
    // Twice at most per call when nothing goes wrong: adopt, then report what was adopted.
    for (let round = 0; round < 4; round += 1) {
      const number = ++this.#pollNumber;
      const used = this.#trust?.generation ?? null;
      const reached = await this.#parts.index.reached().catch(() => null);
      const reaches =
        used?.replicationIds != null &&
        reached !== null &&
        reached.every((id) => used.replicationIds?.includes(id));
      const sentAtMs = this.#parts.clock.monotonicMs();
      const wallMinusMonotonicMs = this.#parts.clock.wallMs() - sentAtMs;
      const reply = await this.#parts.store.poll({
        instanceId: this.#settings.instanceId,
        generation: used?.name ?? null,
        reachesIndex: reaches,
        leaseMs: this.#settings.leaseMs,
      });
      if (number !== this.#pollNumber) return;
      this.#note(reply.generation.name);
      this.#reaches = reaches;
      this.#unreached = reached === null ? this.#unreached + 1 : 0;
      const current = used !== null && used.name === reply.generation.name;
      this.#trust = {
        generation: current ? used : reply.generation,
        leaseEndsAtMs:
          current && reply.extended
            ? sentAtMs + this.#settings.leaseMs * (1 - CLOCK_DRIFT)
            : this.#keptLease(current),
        wallMinusMonotonicMs,
        databaseMinusMonotonicMs: reply.databaseNowMs - sentAtMs,
      };
      if (!current) {
        this.#parts.log.info(
          { generation: reply.generation.name, index: reply.generation.replicationIds !== null },
          'adopted a generation of the index',
        );
        continue;
      }
      await this.#completeLeases(reply);
      const next = this.#next(reply, reached, reaches);
      if (next === null || !(await this.#register(next))) return;
    }
  }

  /** A generation that was just adopted carries no lease yet; a poll that did not extend leaves the old end as it is. */
  #keptLease(current: boolean): number {
    return current && this.#trust !== null ? this.#trust.leaseEndsAtMs : Number.NEGATIVE_INFINITY;
  }

  /** The generation that should replace the current one, or null when it still stands. */
  #next(reply: PollReply, reached: readonly string[] | null, reaches: boolean): Registration | null {
    const { generation, registeredOn, history } = reply;
    const moved = registeredOn !== null && !sameHistory(registeredOn, history);
    const base = {
      instanceId: this.#settings.instanceId,
      instead: generation.name,
      generation: { name: this.#parts.random.token(16), replicationIds: reached },
      history,
      leasesComplete: !moved && (reply.leasesComplete || this.#isOld(generation.name)),
    };
    if (registeredOn === null || moved) return { ...base, unlessReached: false };
    if (generation.replicationIds === null)
      return reached === null ? null : { ...base, unlessReached: false };
    if (reaches || reply.somebodyReaches) return null;
    if (reached === null && this.#unreached < UNREACHED_POLLS) return null;
    return { ...base, unlessReached: true };
  }

  async #register(registration: Registration): Promise<boolean> {
    const done = await this.#parts.store.register(registration);
    this.#retrySoon = !done;
    if (!done) return false;
    const index = registration.generation.replicationIds;
    this.#parts.log.warn(
      { generation: registration.generation.name, index },
      'registered the next generation of the index',
    );
    this.#parts.registered?.();
    return true;
  }

  /** Every lease that a lost history could have granted has run out by this process's clock: rows count again. */
  async #completeLeases(reply: PollReply): Promise<void> {
    const settled = reply.registeredOn !== null && sameHistory(reply.registeredOn, reply.history);
    if (!reply.leasesComplete && settled && this.#isOld(reply.generation.name))
      await this.#parts.store.markLeasesComplete(reply.generation.name);
  }

  /**
   * Known here for a whole lease: what was granted before it was registered has run out. The age of the Postgres history
   * proves nothing, since two fail-overs may choose the same number for their timeline.
   */
  #isOld(generation: string): boolean {
    return this.#parts.clock.monotonicMs() - this.#note(generation) >= this.#settings.leaseMs;
  }

  #note(generation: string): number {
    const known = this.#firstSeenMs.get(generation);
    if (known !== undefined) return known;
    const now = this.#parts.clock.monotonicMs();
    this.#firstSeenMs.set(generation, now);
    if (this.#firstSeenMs.size > 16)
      this.#firstSeenMs.delete(this.#firstSeenMs.keys().next().value as string);
    return now;
  }

  async #pause(): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    await Promise.race([woken, this.#parts.clock.sleep(this.#untilNextPollMs())]);
    this.#wake = null;
  }

  /** Whoever did not get the lock tries again sooner, and not together with the others that wait for it. */
  #untilNextPollMs(): number {
    if (!this.#retrySoon) return this.#settings.pollMs;
    this.#retrySoon = false;
    return this.#settings.pollMs * (0.25 + 0.5 * this.#parts.random.fraction());
  }
}

export const isTrusted = (generation: Generation): generation is TrustedGeneration =>
  generation.replicationIds !== null;
