import { type IncomingHttpHeaders, request as plain, type RequestOptions } from 'node:http';
import { request as secure } from 'node:https';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  json: () => unknown;
}

export interface Ask {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** What the server's certificate must be, for https. */
  ca?: string;
}

const TIMEOUT_MS = 30_000;

/** One request on a connection of its own. @throws Error when the connection fails or nothing came for 30 s */
export const ask = (url: string, { method = 'GET', headers = {}, body, ca }: Ask = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const options: RequestOptions & { ca?: string } = {
      method,
      headers,
      agent: false,
      timeout: TIMEOUT_MS,
      ...(ca === undefined ? {} : { ca }),
    };
    const sent = (url.startsWith('https:') ? secure : plain)(url, options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          json: () => JSON.parse(text) as unknown,
        }),
      );
      response.on('error', reject);
    });
    sent.on('timeout', () => sent.destroy(new Error(`${method} ${url}: nothing came`)));
    sent.on('error', reject);
    sent.end(body);
  });

/** Asks until `isDone`. @throws Error with the last answer after a minute */
export const until = async <T>(work: () => Promise<T>, isDone: (value: T) => boolean): Promise<T> => {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const value = await work();
    if (isDone(value)) return value;
    if (performance.now() > deadline) throw new Error(`not within a minute: ${JSON.stringify(value)}`);
    await new Promise((next) => setTimeout(next, 50));
  }
};

export const isReady = async (url: string): Promise<boolean> =>
  ask(url).then(
    ({ status }) => status === 200,
    () => false,
  );
