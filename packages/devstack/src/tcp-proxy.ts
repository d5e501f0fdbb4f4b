import { createServer, type Socket } from 'node:net';
import { type Direction, ProxiedConnection } from './proxied-connection.ts';

export type { Direction } from './proxied-connection.ts';

/** What the proxy does with connections and bytes. All switches act on open and on new connections. */
export interface TcpProxy {
  readonly port: number;
  /** The server behind it; set it and only connections made later go there. */
  target: { host: string; port: number };
  /** The same URL with the proxy's address in place of the server's. */
  through(url: string): string;
  /** Delays every chunk by this many milliseconds in one direction, or in both. */
  latency(ms: number, direction?: Direction): void;
  /** Delays every chunk by up to this many milliseconds more; `fraction` gives the share, in [0, 1), for each chunk. */
  jitter(ms: number, fraction?: () => number): void;
  /** Lets so many bytes pass in a second, in each direction and connection, until {@link mend}. */
  throttle(bytesPerSecond: number): void;
  /** One-way cut: the bytes of one direction vanish until {@link mend}, which resets the connections that lost any. */
  drop(direction: Direction): void;
  /** Changes the server behind it and resets all open connections. */
  retarget(target: { host: string; port: number }): void;
  /** Resets all open connections; new ones are still let through. */
  cut(): void;
  /** Resets all open connections and refuses new ones, until {@link mend}. */
  refuse(): void;
  /** New connections are accepted and never answered: the server is not even asked. */
  halfOpen(): void;
  /** Holds back the bytes in one direction, or in both, until {@link mend}; connections stay open. */
  pause(direction?: Direction): void;
  /** Ends every fault; what was held back goes on its way. Planned cuts that have not happened are forgotten. */
  mend(): void;
  /**
   * Cuts the first connection on which the pattern passes in that direction, also when it is split over chunks.
   * `after` forwards the chunk first and cuts when the other side has taken it: the receiver acts on it and its reply
   * is lost. `before` withholds it: the receiver never sees it. Fires once.
   */
  cutOn(pattern: Buffer | string, direction: Direction, when: 'before' | 'after'): Promise<void>;
  /** Like {@link cutOn} with `after`. */
  cutAfter(pattern: Buffer | string, direction: Direction): Promise<void>;
  /** Pauses the reverse direction when the pattern passed: the reply exists and does not arrive until mended. */
  holdReplyTo(pattern: Buffer | string, direction: Direction): Promise<void>;
  connections(): number;
  stop(): Promise<void>;
}

/** Starts a proxy on a free port of 127.0.0.1. */
export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const proxy = new FaultProxy(target);
  const server = createServer({ pauseOnConnect: false, allowHalfOpen: true }, (client) => proxy.take(client));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the proxy has no port');
  proxy.port = address.port;
  proxy.close = () =>
    new Promise((resolve) => {
      server.close(() => resolve());
    });
  return proxy;
}

/** A proxy for the server that a URL names. */
export function startTcpProxyTo(url: string, defaultPort = 5432): Promise<TcpProxy> {
  const { hostname, port } = new URL(url);
  return startTcpProxy({ host: hostname, port: Number(port || defaultPort) });
}

class FaultProxy implements TcpProxy {
  port = 0;
  target: { host: string; port: number };
  close: () => Promise<void> = async () => {};
  readonly #open = new Set<ProxiedConnection>();
  readonly #mute = new Set<Socket>();
  readonly #latency: Record<Direction, number> = { toServer: 0, toClient: 0 };
  readonly #paused = new Set<Direction>();
  readonly #dropping = new Set<Direction>();
  #jitterMs = 0;
  #fraction: () => number = Math.random;
  #bytesPerSecond = Number.POSITIVE_INFINITY;
  #mode: 'open' | 'refusing' | 'half-open' = 'open';
  #triggers: Trigger[] = [];

  constructor(target: { host: string; port: number }) {
    this.target = target;
  }

  take(client: Socket): void {
    client.on('error', () => {});
    if (this.#mode === 'refusing') return void client.resetAndDestroy();
    if (this.#mode === 'half-open') {
      this.#mute.add(client);
      client.once('close', () => this.#mute.delete(client));
      client.resume();
      return;
    }
    const connection = new ProxiedConnection(client, this.target, {
      delayMs: (direction) =>
        this.#latency[direction] + (this.#jitterMs === 0 ? 0 : this.#jitterMs * this.#fraction()),
      bytesPerSecond: () => this.#bytesPerSecond,
      isPaused: (direction) => this.#paused.has(direction),
      isDropping: (direction) => this.#dropping.has(direction),
      isWatching: () => this.#triggers.length > 0,
      onBytes: (direction, recent) => this.#match(direction, recent),
      onClose: () => this.#open.delete(connection),
    });
    this.#open.add(connection);
  }

  through(url: string): string {
    const changed = new URL(url);
    changed.hostname = '127.0.0.1';
    changed.port = String(this.port);
    return changed.href;
  }

  latency(ms: number, direction?: Direction): void {
    for (const one of both(direction)) this.#latency[one] = ms;
  }

  jitter(ms: number, fraction: () => number = Math.random): void {
    this.#jitterMs = ms;
    this.#fraction = fraction;
  }

  throttle(bytesPerSecond: number): void {
    this.#bytesPerSecond = bytesPerSecond;
  }

  drop(direction: Direction): void {
    this.#dropping.add(direction);
  }

  retarget(target: { host: string; port: number }): void {
    this.target = target;
    this.cut();
  }

  cut(): void {
    for (const connection of [...this.#open]) connection.reset();
    for (const socket of this.#mute) socket.resetAndDestroy();
  }

  refuse(): void {
    this.#mode = 'refusing';
    this.cut();
  }

  halfOpen(): void {
    this.#mode = 'half-open';
  }

  pause(direction?: Direction): void {
    for (const one of both(direction)) this.#paused.add(one);
  }

  mend(): void {
    this.#mode = 'open';
    this.#paused.clear();
    this.#dropping.clear();
    this.#triggers = [];
    this.#bytesPerSecond = Number.POSITIVE_INFINITY;
    this.jitter(0);
    this.latency(0);
    // They were never connected to the server: only a reset lets their owners try again.
    for (const socket of this.#mute) socket.resetAndDestroy();
    for (const connection of [...this.#open]) {
      if (connection.isTorn) connection.reset();
      else connection.flow();
    }
  }

  cutOn(pattern: Buffer | string, direction: Direction, when: 'before' | 'after'): Promise<void> {
    return this.#arm(pattern, direction, when === 'before' ? 'cut-before' : 'cut-after');
  }

  cutAfter(pattern: Buffer | string, direction: Direction): Promise<void> {
    return this.#arm(pattern, direction, 'cut-after');
  }

  holdReplyTo(pattern: Buffer | string, direction: Direction): Promise<void> {
    return this.#arm(pattern, direction, 'hold-reply');
  }

  connections(): number {
    return this.#open.size + this.#mute.size;
  }

  async stop(): Promise<void> {
    this.refuse();
    await this.close();
  }

  #arm(pattern: Buffer | string, direction: Direction, action: Trigger['action']): Promise<void> {
    // What passed before is over: a pattern in it must not cut the bytes that come next.
    for (const connection of this.#open) connection.forget();
    return new Promise((fired) => {
      this.#triggers.push({ pattern: Buffer.from(pattern), direction, action, fired });
    });
  }

  #match(direction: Direction, recent: Buffer) {
    const index = this.#triggers.findIndex(
      (one) => one.direction === direction && recent.includes(one.pattern),
    );
    const [trigger] = index === -1 ? [] : this.#triggers.splice(index, 1);
    if (trigger === undefined) return null;
    if (trigger.action === 'hold-reply') this.pause(direction === 'toServer' ? 'toClient' : 'toServer');
    return { action: trigger.action, fired: trigger.fired };
  }
}

interface Trigger {
  pattern: Buffer;
  direction: Direction;
  action: 'cut-before' | 'cut-after' | 'hold-reply';
  fired: () => void;
}

function both(direction: Direction | undefined): Direction[] {
  return direction === undefined ? ['toServer', 'toClient'] : [direction];
}
