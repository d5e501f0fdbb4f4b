import type { SessionEvent } from '@portcullis/contracts/session';
import { skipToken } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { trpc } from './trpc.ts';
import { useLeadership } from './leader.ts';
import { useSessionEvents } from './hooks/use-session-events.ts';
import { announceEvent, hearOtherTabs, type Liveness, tellOtherTabs } from './live-channel.ts';
import { sessionAnswered, sessionGuard } from './query-client.ts';

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 20_000;
/** A tab that does not know whether the leading one is live asks it again this often. */
const ASK_MS = 1_000;
/** Without a stream the service is asked this often instead. */
const POLL_MS = 8_000;

/** Reads again whatever an event may have changed; a refusal on the way tells the guard. */
const useLookAgain = () => {
  const utils = trpc.useUtils();
  return useCallback(
    async (event?: SessionEvent) => {
      if (event) sessionGuard.note(event);
      void utils.session.list.invalidate();
      void utils.account.activity.invalidate();
      await utils.account.me.invalidate();
      if (sessionAnswered()) sessionGuard.forget();
    },
    [utils],
  );
};

/** Holds the stream while this tab leads; opens it again, ever more slowly, whenever it ends or is refused. */
const useStream = (
  leads: boolean,
  onEvent: (event: SessionEvent) => void,
  onRefused: () => void,
): Liveness => {
  const failures = useRef(0);
  const started = useRef(false);
  const stream = trpc.session.events.useSubscription(leads ? undefined : skipToken, {
    onStarted: () => {
      failures.current = 0;
      started.current = true;
    },
    onData: onEvent,
  });
  const { status, reset } = stream;
  useEffect(() => {
    // Idle is the state before the first connection, too.
    const over = status === 'error' || (status === 'idle' && started.current);
    if (!leads || !over) return;
    started.current = false;
    // The stream cannot say why it was refused (EventSource hides the status): the next query can.
    onRefused();
    const wait =
      Math.min(FIRST_RETRY_MS * 2 ** failures.current, LONGEST_RETRY_MS) * (0.75 + Math.random() / 2);
    failures.current += 1;
    const timer = setTimeout(reset, wait);
    return () => clearTimeout(timer);
  }, [leads, status, reset, onRefused]);
  return status === 'pending' ? 'live' : 'connecting';
};

/**
 * Keeps a signed-in page true: follows the account's events, or asks regularly while it cannot. Mounted once, around
 * everything private.
 */
export const useLiveSession = (): Liveness => {
  const leads = useLeadership();
  const lookAgain = useLookAgain();
  const [heard, setHeard] = useState<Liveness>('connecting');

  useSessionEvents((event) => void lookAgain(event));
  const onRefused = useCallback(() => void lookAgain(), [lookAgain]);
  const streaming = useStream(leads, announceEvent, onRefused);
  const liveness = leads ? streaming : heard;

  useEffect(() => {
    if (leads) tellOtherTabs({ kind: 'liveness', liveness: streaming });
    else tellOtherTabs({ kind: 'who_leads' });
  }, [leads, streaming]);

  useEffect(() => {
    if (leads || heard === 'live') return;
    // An answer is lost when it comes while either side changes its ears.
    const asking = setInterval(() => tellOtherTabs({ kind: 'who_leads' }), ASK_MS);
    return () => clearInterval(asking);
  }, [leads, heard]);

  useEffect(
    () =>
      hearOtherTabs((message) => {
        if (message.kind === 'liveness') setHeard(message.liveness);
        if (message.kind === 'who_leads' && leads) tellOtherTabs({ kind: 'liveness', liveness: streaming });
        if (message.kind === 'look') void sessionGuard.check();
      }),
    [leads, streaming, lookAgain],
  );

  useEffect(() => {
    // Open streams may seem alive for a while; a question finds out.
    const ask = (): void => void lookAgain();
    window.addEventListener('offline', ask);
    return () => window.removeEventListener('offline', ask);
  }, [lookAgain]);

  const wasLive = useRef(false);
  useEffect(() => {
    if (liveness === 'live') {
      wasLive.current = true;
      return;
    }
    // What happened between the last event and the loss is unknown, and so is whether the service still answers.
    if (wasLive.current) void lookAgain();
    const timer = setInterval(() => void lookAgain(), POLL_MS);
    return () => clearInterval(timer);
  }, [liveness, lookAgain]);

  return liveness;
};
