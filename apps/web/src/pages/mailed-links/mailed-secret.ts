import { secret } from '@portcullis/contracts/ids';
import { useSyncExternalStore } from 'react';

/** Reads the secret out of a fragment like `#token=…`; null when there is none or it cannot be one. */
const secretIn = (fragment: string): string | null => {
  const token = new URLSearchParams(fragment.replace(/^#/, '')).get('token');
  return token !== null && secret.safeParse(token).success ? token : null;
};

/** The secret and the page it was mailed for: no other page may spend it. */
let held: { path: string; token: string } | null = null;
const listeners = new Set<() => void>();

/**
 * Moves a mailed secret from the address bar into memory, so that it stays neither in the history nor on the screen.
 * Runs before the router reads the address, and again when a link is pasted into a page that is already open.
 */
export const takeMailedSecret = (): void => {
  if (!new URLSearchParams(location.hash.slice(1)).has('token')) return;
  const token = secretIn(location.hash);
  held = token === null ? null : { path: location.pathname, token };
  history.replaceState(history.state, '', location.pathname + location.search);
  for (const listener of listeners) listener();
};

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The secret that was mailed for the page at `path`, or null. */
export const useMailedSecret = (path: string): string | null =>
  useSyncExternalStore(subscribe, () => (held?.path === path ? held.token : null));
