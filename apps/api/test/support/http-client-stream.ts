import type { HttpClient } from './http-client.ts';

interface Heard {
  event: string;
  data: Record<string, unknown>;
}

/** An open event stream, and what it said so far. */
export interface Stream {
  response: Response;
  heard: Heard[];
  /** Type and cause of each event, without what belongs to the protocol of streams. */
  events(): unknown[][];
  /** Resolves when the stream is over, however it ended. */
  ended: Promise<void>;
  leave(): void;
}

/** Follows `session.events` with the credentials of a client. */
export const follow = async (
  url: string,
  client: Pick<HttpClient, 'cookies' | 'headers'>,
): Promise<Stream> => {
  const over = new AbortController();
  const cookie = [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const headers = { ...client.headers, ...(cookie === '' ? {} : { cookie }) };
  const response = await fetch(`${url}/trpc/session.events`, { headers, signal: over.signal });
  const heard: Heard[] = [];
  const ended = listen(response, heard).catch(() => undefined);
  return {
    response,
    heard,
    events: () =>
      heard.filter(({ event }) => event === 'message').map(({ data }) => [data['type'], data['by']]),
    ended,
    leave: () => over.abort(),
  };
};

const listen = async (response: Response, heard: Heard[]): Promise<void> => {
  let rest = '';
  for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const blocks = `${rest}${text}`.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const lines = block.split('\n').filter((line) => line !== '');
      if (lines.length === 0) continue;
      const field = (name: string) =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      heard.push({
        event: field('event') ?? 'message',
        data: JSON.parse(field('data') || '{}') as Record<string, unknown>,
      });
    }
  }
};
