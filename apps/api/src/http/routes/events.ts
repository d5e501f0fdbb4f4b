import type { Hono } from 'hono';
import { AuthError } from '../../errors.ts';
import type { FeedEvent } from '../../services/client/feed-hub.ts';
import { callingClient, requestContext, type ServiceEnv, type ServiceParts } from '../service-client.ts';

const HEARTBEAT_SECONDS = 10;

/** Server-sent events (HTML Living Standard §9.2): the revocation feed, resumable by `Last-Event-ID`. */
export const eventsRoute = (app: Hono<ServiceEnv>, parts: ServiceParts): void => {
  app.get('/v1/events', async (c) => {
    const arrivedMs = parts.deps.clock.monotonicMs();
    const client = await callingClient(c, requestContext(c, parts), 'events');
    const heartbeatMs = heartbeatOf(c.req.query('heartbeat'));
    const after = c.req.header('last-event-id')?.trim() || null;
    const { feed } = parts.deps.services;
    const begin = await feed.begin({ client, after });
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, c.req.raw.signal]);
    const events = feed.follow(begin, { client, after, heartbeatMs, arrivedMs }, signal);
    return new Response(
      streamOf(events, () => over.abort()),
      {
        headers: { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' },
      },
    );
  });
};

/** Seconds between heartbeats; a reader that must know sooner that it is cut off asks for fewer. */
const heartbeatOf = (text: string | undefined): number => {
  const seconds = text === undefined ? HEARTBEAT_SECONDS : Number(text);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > HEARTBEAT_SECONDS)
    throw new AuthError('input_invalid', { fields: { heartbeat: 'out_of_range' } });
  return seconds * 1_000;
};

/** Reads on only when the reader has taken what there was: a slow one costs no memory. */
const streamOf = (events: AsyncGenerator<FeedEvent, void>, end: () => void): ReadableStream<Uint8Array> => {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    start: (out) => out.enqueue(encoder.encode('retry: 1000\n\n')),
    pull: async (out) => {
      const next = await events.next();
      if (next.done) return out.close();
      out.enqueue(encoder.encode(textOf(next.value)));
    },
    cancel: () => {
      end();
      void events.return();
    },
  });
};

const textOf = ({ id, event, data }: FeedEvent): string =>
  `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
