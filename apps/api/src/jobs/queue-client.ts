import { Client } from 'pg';

/** Longer than any statement of the queue takes; what is still open then has no server any more. */
const QUERY_MS = 15_000;
const GOODBYE_MS = 1_000;

/** Codes after which the library waits for minutes in a loop that no stop can end; without them it asks again soon. */
const WAITED_FOR = new Set(['57P03', 'EHOSTUNREACH', 'ETIMEDOUT']);

/**
 * The worker's connections to the queue. A server that stopped answering, or a network that swallows everything, is
 * told by the clock: the socket is destroyed, and whoever waits for an answer gets an error.
 */
export class QueueClient extends Client {
  // pg declares a dozen overloads; each ends in a promise or in a callback that comes last.
  // `never` fits the results of all of them.
  override query(...args: unknown[]): never {
    const timer = setTimeout(() => this.#destroySocket(), QUERY_MS);
    const done = () => clearTimeout(timer);
    const callback = args.at(-1);
    const ask = super.query as (...all: unknown[]) => unknown;
    if (typeof callback === 'function') {
      const answered = (...answer: unknown[]): unknown => {
        done();
        return callback(...answer);
      };
      return ask.call(this, ...args.slice(0, -1), answered) as never;
    }
    const reply = ask.call(this, ...args);
    if (reply instanceof Promise) reply.then(done, done);
    else done();
    return reply as never;
  }

  override connect(): Promise<Client>;
  override connect(callback: (error: Error) => void): void;
  override connect(callback?: (error: Error) => void): Promise<Client> | void {
    if (callback !== undefined) return super.connect((error: Error) => callback(withoutWaiting(error)));
    return super.connect().catch((error: Error) => {
      throw withoutWaiting(error);
    });
  }

  override end(): Promise<void>;
  override end(callback: (error: Error) => void): void;
  override end(callback?: (error: Error) => void): Promise<void> | void {
    const timer = setTimeout(() => this.#destroySocket(), GOODBYE_MS);
    this.once('end', () => clearTimeout(timer));
    return callback === undefined ? super.end() : super.end(callback);
  }

  #destroySocket(): void {
    this.connection.stream.destroy();
  }
}

/** Also hands through the null that pg says for "connected". */
const withoutWaiting = (error: Error): Error =>
  error instanceof Error && 'code' in error && WAITED_FOR.has(String(error.code))
    ? new Error(error.message, { cause: error })
    : error;
