import { createHmac } from 'node:crypto';
import type { RefreshSecrets } from '../ports.ts';

const KEY_BYTES = 32;

/**
 * Derives the successor of a refresh secret (consistency P8). Each input stands behind its length, so that no two
 * different triples are the same message.
 * @param keys Refresh keys of 32 bytes, newest first; the newest makes new successors, all are tried for old ones.
 */
export const createRefreshSecrets = (keys: readonly Uint8Array[]): RefreshSecrets => {
  const [newest] = keys;
  if (newest === undefined) throw new RangeError('there is no refresh key');
  if (keys.some((key) => key.length !== KEY_BYTES)) throw new RangeError('a refresh key is not of 32 bytes');
  return {
    successor: (sessionId, counter, presented) => derive(newest, sessionId, counter, presented),
    candidates: (sessionId, counter, presented) =>
      keys.map((key) => derive(key, sessionId, counter, presented)),
  };
};

const derive = (key: Uint8Array, sessionId: string, counter: number, presented: string): string => {
  const mac = createHmac('sha256', key);
  for (const part of ['portcullis:v1:refresh', sessionId, String(counter), presented]) {
    const bytes = Buffer.from(part, 'utf8');
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(bytes.length));
    mac.update(length).update(bytes);
  }
  return mac.digest('base64url');
};
