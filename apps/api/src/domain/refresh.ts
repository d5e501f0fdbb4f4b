/** What is known when a refresh secret is presented; hashes are SHA-256. */
export interface PresentedRefresh {
  currentHash: Uint8Array;
  /** Null before the first rotation. */
  previousHash: Uint8Array | null;
  presentedHash: Uint8Array;
  /** Milliseconds of the database's clock since the current secret came to be. */
  sinceRotationMs: number;
  windowMs: number;
  /** Hashes of what the presented secret may have been answered with, one for each refresh key, newest first. */
  successorHashes: readonly Uint8Array[];
}

export type RefreshDecision =
  /** Make the successor current, on condition that the presented secret still is. */
  | { kind: 'rotate' }
  /** Give the presented secret again. */
  | { kind: 'same' }
  /** Give the successor at this index again: its reply was lost, or another tab was first. */
  | { kind: 'successor'; index: number }
  /** Spent: somebody else holds a copy. */
  | { kind: 'reuse' };

/**
 * Decides what a presented refresh secret gets (consistency P8, RFC 9700 §4.14.2). It rotates at most once in a window,
 * so a retry within the window always meets the previous secret, whose successor can be computed again.
 */
export const decideRefresh = (presented: PresentedRefresh): RefreshDecision => {
  const { currentHash, previousHash, presentedHash, sinceRotationMs, windowMs, successorHashes } = presented;
  const withinWindow = sinceRotationMs < windowMs;
  if (sameHash(presentedHash, currentHash)) return withinWindow ? { kind: 'same' } : { kind: 'rotate' };
  if (!withinWindow || previousHash === null || !sameHash(presentedHash, previousHash))
    return { kind: 'reuse' };
  const index = successorHashes.findIndex((hash) => sameHash(hash, currentHash));
  return index < 0 ? { kind: 'reuse' } : { kind: 'successor', index };
};

/** Looks at every byte, wherever the first difference is. */
const sameHash = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (const [index, byte] of a.entries()) difference |= byte ^ (b[index] ?? 0);
  return difference === 0;
};
