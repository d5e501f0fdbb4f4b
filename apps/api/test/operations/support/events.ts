import { request } from 'node:https';
import type { Door } from './door.ts';

/** A stream of events that somebody reads as it comes. */
export interface Events {
  /** Resolves once what came so far matches. @throws Error when the stream ends before, or after 30 s */
  until(pattern: RegExp): Promise<void>;
  ended: Promise<void>;
  close(): void;
}

/** @param authorization what the reader presents */
export const openEvents = (door: Door, path: string, authorization: string): Promise<Events> =>
  new Promise((opened, failed) => {
    const sent = request(
      `${door.origin}${path}`,
      {
        ca: door.ca,
        agent: false,
        headers: { authorization, accept: 'text/event-stream' },
      },
      (response) => {
        let text = '';
        let isOver = false;
        let wake = () => {};
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          text += part;
          wake();
        });
        const ended = new Promise<void>((resolve) =>
          response.once('close', () => {
            isOver = true;
            wake();
            resolve();
          }),
        );
        response.on('error', () => undefined);
        if (response.statusCode !== 200) failed(new Error(`the stream was answered ${response.statusCode}`));
        const until = async (pattern: RegExp) => {
          const late = setTimeout(() => sent.destroy(), 30_000);
          while (!pattern.test(text)) {
            if (isOver) throw new Error(`the stream ended before ${pattern}:\n${text}`);
            await new Promise<void>((resolve) => (wake = resolve));
          }
          clearTimeout(late);
        };
        opened({ until, ended, close: () => sent.destroy() });
      },
    );
    sent.on('error', failed);
    sent.end();
  });
