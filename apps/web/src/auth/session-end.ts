import type { Reason } from '@portcullis/contracts/errors';
import type { EndedBy } from '@portcullis/contracts/session';
import { useSyncExternalStore } from 'react';

/** How the session of this page ended: by a deliberate act on this page, or somewhere else. */
export type SessionEnd =
  | { kind: 'self'; how: 'signed_out' | 'everywhere' | 'deleted'; sessionsEnded: number }
  | { kind: 'elsewhere'; reason: Reason; by: EndedBy | null; at: string | null };

let current: SessionEnd | null = null;
const listeners = new Set<() => void>();

export const sessionEnd = {
  get: (): SessionEnd | null => current,
  set(next: SessionEnd | null): void {
    current = next;
    for (const listener of listeners) listener();
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

export const useSessionEnd = (): SessionEnd | null =>
  useSyncExternalStore(sessionEnd.subscribe, sessionEnd.get);
