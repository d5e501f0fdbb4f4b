import { randomBytes, randomFillSync } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import type { Clock as ProtocolClock, Random as ProtocolRandom } from '@portcullis/authority/ports';
import type { Clock, Random } from '../ports.ts';

/** The machine's clocks and its generator: the only place of this program that asks for either. */

const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    // A process that has nothing left to do but wait may end.
    timer.unref();
    signal?.addEventListener('abort', abort, { once: true });
  });

export const systemClock: Clock & ProtocolClock = {
  now: () => new Date(),
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep,
};

const pool = Buffer.alloc(4_096);
let drawn = pool.length;

/** Each verification draws one: asking the generator for many at once costs a tenth. Nothing is given out twice. */
const drawToken = (bytes: number): string => {
  if (bytes > pool.length / 16) return randomBytes(bytes).toString('base64url');
  if (drawn + bytes > pool.length) {
    randomFillSync(pool);
    drawn = 0;
  }
  const token = pool.toString('base64url', drawn, drawn + bytes);
  pool.fill(0, drawn, drawn + bytes);
  drawn += bytes;
  return token;
};

export const systemRandom: Random & ProtocolRandom = {
  bytes: (length) => randomBytes(length),
  uuid: () => uuidv7(),
  token: drawToken,
  // 48 bits are exact in a double.
  fraction: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
};
