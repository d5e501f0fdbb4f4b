import { connectTo, type Place } from './place.ts';

const LONGEST_MS = 30_000;

export interface RawOptions {
  from: string;
  /** Pieces that are sent one after the other, each when the socket takes it. */
  pieces?: number;
  /** How long to wait for the other side to end the connection. */
  forMs?: number;
  /** Enough was read. */
  until?: (text: string) => boolean;
}

/**
 * Sends bytes as they are and reads until the other side ends the connection, until enough was read, or until time is
 * up.
 */
export const raw = (
  place: Place,
  bytes: string | Buffer,
  { from, forMs = LONGEST_MS, until }: RawOptions,
): Promise<{ text: string; closed: boolean }> =>
  new Promise((resolve) => {
    const socket = connectTo(place, from);
    let text = '';
    const finish = (closed: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text, closed });
    };
    const timer = setTimeout(() => finish(false), forMs);
    socket.setEncoding('latin1');
    socket.on('data', (part: string) => {
      text += part;
      if (until?.(text) === true) finish(false);
    });
    socket.on('error', () => finish(true));
    socket.on('close', () => finish(true));
    socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  });

/** The statuses of all answers that stand in a text. */
export const statusesIn = (text: string): number[] =>
  [...text.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map(([, status]) => Number(status));
