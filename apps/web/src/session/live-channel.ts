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
