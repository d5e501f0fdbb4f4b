import { hash } from 'node:crypto';
import { Chance } from './chance.ts';
import type { Action, Scheduler, Timer } from './scheduler.ts';
import type { Clock, Log, Random } from '../src/ports.ts';

const digest = (text: string): string => hash('md5', text, 'base64');

/** How a port's call ended. */
export type Settled<T> = { ok: true; value: T } | { ok: false; error: Error };

export interface ProcessOptions {
  name: string;
  seed: number;
  /** How fast its monotonic clock runs against true time; pairs differ by less than 5 %. */
  clockRate: number;
  wallOffsetMs: number;
}

/** One process: it may be paused, killed, put to sleep with its machine, and its clocks are its own. */
export class SimProcess {
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  isAlive = true;
  isPaused = false;
  /** A wall clock that is set back by as much as its machine slept hides the sleep: assumed not to happen (spec §2). */
  hasSlept = false;
  isWallStepped = false;
  /** Rolling summary of everything it was told: equal summaries mean equal local states. Kept only when asked for. */
  memory: string | null = null;
  #rate: number;
  #wallOffsetMs: number;
  #sleptMs = 0;
  #pausedAtMs = 0;
  #tokens = 0;
  readonly #bornMs: number;
  readonly #messages = new Set<Action>();
  readonly #timers = new Set<Timer>();
  readonly #atDeath: (() => void)[] = [];

  constructor(scheduler: Scheduler, options: ProcessOptions) {
    this.scheduler = scheduler;
    this.name = options.name;
    this.#rate = options.clockRate;
    this.#wallOffsetMs = options.wallOffsetMs;
    this.#bornMs = scheduler.nowMs;
    const chance = new Chance(options.seed);
    this.clock = {
      monotonicMs: () => (scheduler.nowMs - this.#bornMs - this.#sleptMs) * this.#rate + 1_000,
      wallMs: () => scheduler.nowMs * this.#rate + this.#wallOffsetMs,
      sleep: (ms) => new Promise((resolve) => this.timer(ms, `${this.name} wakes up`, resolve)),
    };
    this.random = { token: () => `${this.name}.${++this.#tokens}`, fraction: () => chance.next() };
    const note = (_: object, message: string) => scheduler.note(`${this.name} logs: ${message}`);
    this.log = { info: note, warn: note, error: note };
  }

  /** Whether anybody reads labels: they cost more than the rest. */
  isObserved(): boolean {
    return this.memory !== null || this.scheduler.trace !== null;
  }

  /** Something on its way to this process, taken when the process may run. */
  deliver(label: string, run: () => void, options: { weight?: number; isNow?: boolean } = {}): void {
    if (!this.isAlive) return;
    if (options.isNow === true && !this.isPaused) {
      this.#remember(label);
      run();
      return;
    }
    const action = this.scheduler.add(
      label,
      () => {
        this.#messages.delete(action);
        this.#remember(label);
        run();
      },
      { weight: options.weight ?? 1, isReady: () => !this.isPaused },
    );
    this.#messages.add(action);
  }

  /** Runs after `ms` of its own clock, later when it is paused then. */
  timer(ms: number, label: string, run: () => void): () => void {
    const timer = this.scheduler.addTimer(ms / this.#rate, label, () => {
      this.#timers.delete(timer);
      if (this.isPaused) this.deliver(label, run);
      else {
        this.#remember(label);
        run();
      }
    });
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
      this.scheduler.removeTimer(timer);
    };
  }

  /** Ends without a chance to do anything about it (kill -9). */
  kill(): void {
    this.isAlive = false;
    for (const action of this.#messages) this.scheduler.remove(action);
    for (const timer of this.#timers) this.scheduler.removeTimer(timer);
    for (const run of this.#atDeath.splice(0)) run();
  }

  atDeath(run: () => void): void {
    this.#atDeath.push(run);
  }

  pause(): void {
    this.isPaused = true;
    this.#pausedAtMs = this.scheduler.nowMs;
  }

  /** `asleep`: its machine slept, so its monotonic clock stood still and its wall clock did not. */
  resume(asleep: boolean): void {
    this.isPaused = false;
    if (asleep) this.#sleptMs += this.scheduler.nowMs - this.#pausedAtMs;
  }

  pausedForMs(): number {
    return this.scheduler.nowMs - this.#pausedAtMs;
  }

  stepWallClock(ms: number): void {
    this.isWallStepped = true;
    this.#wallOffsetMs += ms;
  }

  /** Starts a task of this process, such as a request that arrives. */
  remember(what: string): void {
    this.#remember(what);
  }

  #remember(what: string): void {
    if (this.memory !== null) this.memory = digest(`${this.memory}|${what.replace(/"xid":"\d+"/, '')}`);
  }
}
