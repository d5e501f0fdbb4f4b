import { randomBytes } from 'node:crypto';
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

export const systemRandom: Random & ProtocolRandom = {
  bytes: (length) => randomBytes(length),
  uuid: () => uuidv7(),
  token: (bytes) => randomBytes(bytes).toString('base64url'),
  // 48 bits are exact in a double.
  fraction: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
};
