import type { SessionEvent } from '@portcullis/contracts/session';
import { useEffect, useRef } from 'react';
import { hearEvents } from '../live-channel.ts';

/** Calls `handler` for each event of the account, whichever tab of this browser holds the stream. Events are hints. */
export const useSessionEvents = (handler: (event: SessionEvent) => void): void => {
  const latest = useRef(handler);
  useEffect(() => {
    latest.current = handler;
  });
  useEffect(() => hearEvents((event) => latest.current(event)), []);
};
