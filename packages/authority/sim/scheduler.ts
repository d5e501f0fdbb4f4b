import type { Choices } from './chance.ts';

/** Something that may happen next. */
export interface Action {
  readonly id: number;
  readonly label: string;
  /** How likely it is to be picked among others; a command stuck in a network has a small one. */
  weight: number;
  /** Whether it may happen now: a paused process takes no message, a lock is not free yet. */
  readonly isReady: () => boolean;
  readonly run: () => void;
}

export interface Timer {
  readonly id: number;
  readonly label: string;
  /** Milliseconds of true time, which nobody but the simulator knows. */
  dueMs: number;
  readonly run: () => void;
}

const always = () => true;

/** Asked from a microtask: resolves once all others are done, too. */
const settled = () => new Promise<void>((resolve) => process.nextTick(resolve));

/**
 * Owns time and order. Whatever the world can do next is an action; the choices pick one, it happens, all code that it
 * woke runs until it waits again, and so on. Promises of ports are resolved in actions only: same choices, same run.
 */
export class Scheduler {
  readonly choices: Choices;
  nowMs = 0;
  steps = 0;
  /** How readily time passes while something else could happen. */
  timeWeight = 0.1;
  /** Until when time may pass although something else could happen. */
  timeLimitMs = Number.POSITIVE_INFINITY;
  /** Takes one readable line for each thing that happens. */
  trace: ((line: string) => void) | null = null;
  /** Called before each choice; true ends the run. */
  beforeChoice: (() => boolean) | null = null;
  /** What can happen now, oldest first, and how likely; filled anew for each choice. */
  readonly ready: Action[] = [];
  readonly weights: number[] = [];
  #lastId = 0;
  #actions: Action[] = [];
  #timers: Timer[] = [];

  constructor(choices: Choices) {
    this.choices = choices;
  }

  add(label: string, run: () => void, options: { weight?: number; isReady?: () => boolean } = {}): Action {
    const { weight = 1, isReady = always } = options;
    const action = { id: ++this.#lastId, label, weight, isReady, run };
    this.#actions.push(action);
    return action;
  }

  remove(action: Action): void {
    const index = this.#actions.indexOf(action);
    if (index >= 0) this.#actions.splice(index, 1);
  }

  has(action: Action): boolean {
    return this.#actions.includes(action);
  }

  addTimer(afterMs: number, label: string, run: () => void): Timer {
    const timer = { id: ++this.#lastId, label, dueMs: this.nowMs + Math.max(0, afterMs), run };
    this.#timers.push(timer);
    return timer;
  }

  removeTimer(timer: Timer): void {
    const index = this.#timers.indexOf(timer);
    if (index >= 0) this.#timers.splice(index, 1);
  }

  pending(): readonly Action[] {
    return this.#actions;
  }

  timers(): readonly Timer[] {
    return this.#timers;
  }

  note(line: string): void {
    this.trace?.(`             ${line}`);
  }

  /**
   * Goes on until `isOver`, until nothing can happen any more, or for so many steps.
   * @returns why it ended
   */
  async run(isOver: () => boolean, maxSteps: number): Promise<'over' | 'idle' | 'steps'> {
    const limit = this.steps + maxSteps;
    // From an event of the outside a tick would come before the microtasks; from a microtask it comes after all of them.
    await Promise.resolve();
    await settled();
    for (;;) {
      if (isOver() || this.beforeChoice?.() === true) return 'over';
      if (this.steps >= limit) return 'steps';
      if (!this.#step()) return 'idle';
      // Runs once every microtask that the step caused is done, however deep their chain.
      await settled();
    }
  }

  #step(): boolean {
    const { ready, weights } = this;
    ready.length = 0;
    weights.length = 0;
    for (const action of this.#actions) {
      if (!action.isReady()) continue;
      ready.push(action);
      weights.push(action.weight);
    }
    if (ready.length === 0 ? this.#timers.length > 0 : this.#mayTimePass())
      weights.push(this.timeWeight > 0 ? this.timeWeight : 1);
    if (weights.length === 0) return false;
    const index = weights.length === 1 ? 0 : this.choices.pick(weights);
    this.steps += 1;
    const action = ready[index];
    if (action === undefined) this.#passTime();
    else {
      this.remove(action);
      this.#trace(action.label);
      action.run();
    }
    return true;
  }

  #mayTimePass(): boolean {
    return this.timeWeight > 0 && this.#timers.some(({ dueMs }) => dueMs <= this.timeLimitMs);
  }

  #passTime(): void {
    let next = this.#timers[0] as Timer;
    for (const timer of this.#timers)
      if (timer.dueMs < next.dueMs || (timer.dueMs === next.dueMs && timer.id < next.id)) next = timer;
    this.removeTimer(next);
    this.nowMs = Math.max(this.nowMs, next.dueMs);
    this.#trace(next.label);
    next.run();
  }

  #trace(label: string): void {
    this.trace?.(`${String(this.steps).padStart(4)} ${this.nowMs.toFixed(0).padStart(7)} ${label}`);
  }
}
