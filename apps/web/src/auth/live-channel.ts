import type { SessionEvent } from '@portcullis/contracts/session';

export type Liveness = 'connecting' | 'live';

type LiveMessage =
  | { kind: 'event'; event: SessionEvent }
  | { kind: 'liveness'; liveness: Liveness }
  | { kind: 'who_leads' }
  /** Something about this browser's session changed in the sending tab: ask the service. */
  | { kind: 'look' };

const NAME = 'portcullis';

/** Says something to the other tabs of this browser. They act on it by asking the service, never by believing it. */
export const tellOtherTabs = (message: LiveMessage): void => {
  const channel = new BroadcastChannel(NAME);
  channel.postMessage(message);
  channel.close();
};

/** Calls `hear` for every message of another tab until the returned function is called. */
export const hearOtherTabs = (hear: (message: LiveMessage) => void): (() => void) => {
  const channel = new BroadcastChannel(NAME);
  channel.onmessage = (event: MessageEvent<LiveMessage>) => hear(event.data);
  return () => channel.close();
};

const listeners = new Set<(event: SessionEvent) => void>();

/** Hands an event on that this tab's stream brought: to this tab's listeners and to the other tabs. */
export const announceEvent = (event: SessionEvent): void => {
  tellOtherTabs({ kind: 'event', event });
  for (const listener of listeners) listener(event);
};

/** Calls `hear` for every event, whichever tab's stream brought it, until the returned function is called. */
export const hearEvents = (hear: (event: SessionEvent) => void): (() => void) => {
  listeners.add(hear);
  const stop = hearOtherTabs((message) => {
    if (message.kind === 'event') hear(message.event);
  });
  return () => {
    listeners.delete(hear);
    stop();
  };
};
