import { connect, type Socket } from 'node:net';

/** `toServer`: what the client sends. */
export type Direction = 'toServer' | 'toClient';

/** What the proxy decides for each connection. */
export interface ConnectionRules {
  /** How long these bytes are held back, in milliseconds. */
  delayMs(direction: Direction): number;
  /** How many bytes may pass in a second; Infinity when nothing limits them. */
  bytesPerSecond(direction: Direction): number;
  isPaused(direction: Direction): boolean;
  /** True while the bytes of this direction vanish. */
  isDropping(direction: Direction): boolean;
  /** False while nobody waits for a pattern: then bytes are not looked at. */
  isWatching(): boolean;
  /** Given the newest bytes of one direction (so that a pattern split over chunks is seen), what to do with them. */
  onBytes(
    direction: Direction,
    recent: Buffer,
  ): { action: 'cut-before' | 'cut-after' | 'hold-reply'; fired: () => void } | null;
  onClose(): void;
}

interface Lane {
  from: Socket;
  to: Socket;
  queue: { bytes: Buffer | null; due: number; afterwards: (() => void) | null }[];
  /** The end of what passed, for patterns that are split over chunks. */
  tail: Buffer;
  /** When the bytes sent so far have passed the throttle. */
  freeAt: number;
  timer: NodeJS.Timeout | null;
}

const TAIL_BYTES = 256;

/** One client's connection and the one to the server that belongs to it. */
export class ProxiedConnection {
  readonly #lanes: Record<Direction, Lane>;
  readonly #rules: ConnectionRules;
  #isOver = false;
  #isTorn = false;

  constructor(client: Socket, target: { host: string; port: number }, rules: ConnectionRules) {
    const server = connect({ ...target, allowHalfOpen: true });
    this.#rules = rules;
    this.#lanes = { toServer: lane(client, server), toClient: lane(server, client) };
    for (const direction of ['toServer', 'toClient'] as const) {
      const { from } = this.#lanes[direction];
      from.setNoDelay(true);
      from.on('data', (bytes: Buffer) => this.#arrive(direction, bytes));
      from.on('end', () => this.#enqueue(direction, null, null));
      from.on('error', () => this.reset());
      from.on('close', () => this.#closed());
    }
  }

  /** True when bytes of it vanished: its stream has a hole and cannot go on. */
  get isTorn(): boolean {
    return this.#isTorn;
  }

  /** Ends both sides with a TCP reset; what was on its way is lost. */
  reset(): void {
    for (const { from, timer } of Object.values(this.#lanes)) {
      if (timer) clearTimeout(timer);
      if (!from.destroyed) from.resetAndDestroy();
    }
    this.#over();
  }

  /** From here on only new bytes count for a pattern. */
  forget(): void {
    for (const direction of ['toServer', 'toClient'] as const) this.#lanes[direction].tail = Buffer.alloc(0);
  }

  /** Goes on after a pause; what a latency or a throttle held back passes at once. */
  flow(): void {
    for (const line of Object.values(this.#lanes)) {
      line.freeAt = 0;
      for (const one of line.queue) one.due = 0;
    }
    for (const direction of ['toServer', 'toClient'] as const) this.#forward(direction);
  }

  #arrive(direction: Direction, bytes: Buffer): void {
    if (this.#rules.isDropping(direction)) {
      this.#isTorn = true;
      return;
    }
    const { tail } = this.#lanes[direction];
    if (!this.#rules.isWatching()) {
      this.#lanes[direction].tail = Buffer.from(bytes.subarray(-TAIL_BYTES));
      this.#enqueue(direction, bytes, null);
      return;
    }
    const recent = Buffer.concat([tail, bytes]);
    const match = this.#rules.onBytes(direction, recent);
    // A pattern that fired must not be found a second time in the overlap.
    this.#lanes[direction].tail = match ? Buffer.alloc(0) : recent.subarray(-TAIL_BYTES);
    if (match?.action === 'cut-before') {
      this.reset();
      match.fired();
      return;
    }
    const cut = () => {
      this.#cutBehind(direction);
      match?.fired();
    };
    this.#enqueue(direction, bytes, match === null ? null : match.action === 'cut-after' ? cut : match.fired);
  }

  #enqueue(direction: Direction, bytes: Buffer | null, afterwards: (() => void) | null): void {
    const line = this.#lanes[direction];
    const now = performance.now();
    const rate = this.#rules.bytesPerSecond(direction);
    if (rate !== Number.POSITIVE_INFINITY)
      line.freeAt = Math.max(now, line.freeAt) + ((bytes?.length ?? 0) / rate) * 1000;
    const due = Math.max(now + this.#rules.delayMs(direction), line.freeAt);
    line.queue.push({ bytes, due, afterwards });
    this.#forward(direction);
  }

  #forward(direction: Direction): void {
    const line = this.#lanes[direction];
    if (line.timer) clearTimeout(line.timer);
    line.timer = null;
    while (line.queue[0] && !this.#isOver && !this.#rules.isPaused(direction)) {
      const wait = line.queue[0].due - performance.now();
      if (wait > 0.5) {
        line.timer = setTimeout(() => this.#forward(direction), wait);
        return;
      }
      const next = line.queue.shift();
      if (!next) return;
      if (next.bytes === null) line.to.end();
      else if (next.afterwards === null) line.to.write(next.bytes);
      else line.to.write(next.bytes, next.afterwards);
    }
  }

  /**
   * The receiver gets everything up to here and then an orderly end, so that no reset can overtake the bytes; the
   * sender gets a reset, and the reply goes nowhere.
   */
  #cutBehind(direction: Direction): void {
    const { from, to } = this.#lanes[direction];
    from.resetAndDestroy();
    to.removeAllListeners('data');
    to.resume();
    to.end();
  }

  #closed(): void {
    const { toServer, toClient } = this.#lanes;
    if (toServer.from.destroyed && toClient.from.destroyed) return this.#over();
    // One side is gone for good: the other has nobody to talk to, once it was told everything.
    if (toServer.from.destroyed && toServer.queue.length === 0) toClient.from.end();
    if (toClient.from.destroyed && toClient.queue.length === 0) toServer.from.end();
  }

  #over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#rules.onClose();
  }
}

function lane(from: Socket, to: Socket): Lane {
  return { from, to, queue: [], tail: Buffer.alloc(0), freeAt: 0, timer: null };
}
