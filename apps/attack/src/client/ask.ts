import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import type { Duplex } from 'node:stream';
import { connectTo, type Place } from './place.ts';

export interface Ask {
  method?: string;
  /** A name with several values is sent several times. */
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
  /** The address that the attacker has. */
  from: string;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  /** Every name as it was sent, one after the other with its value. */
  rawHeaders: string[];
  text: string;
  /** The reason of a refusal, in either of the two shapes. */
  reason: string | undefined;
  /** What the procedure answered. */
  data: Record<string, unknown> | undefined;
  cookies: string[];
}

const TIMEOUT_MS = 40_000;
const kept = new Agent({ keepAlive: true, maxSockets: 64 });

/** @throws Error when the connection fails or nothing came in time */
export const ask = (
  place: Place,
  path: string,
  { method = 'GET', headers = {}, body, from }: Ask,
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const isDirect = place.kind === 'instance';
    const sent = request(
      {
        ...{ host: '127.0.0.1', port: place.port, method, path, timeout: TIMEOUT_MS },
        headers: {
          host: place.host,
          // As the door would write it; to the door itself the address is told below HTTP.
          ...(isDirect ? { 'x-forwarded-for': from } : {}),
          ...headers,
        },
        ...(isDirect ? { agent: kept } : { createConnection: () => connectTo(place, from) as Duplex }),
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(parts).toString('utf8');
          const { headers: got, rawHeaders, statusCode = 0 } = response;
          resolve({
            ...{ status: statusCode, headers: got, rawHeaders, text },
            ...read(text),
            cookies: got['set-cookie'] ?? [],
          });
        });
      },
    );
    sent.on('timeout', () => sent.destroy(new Error(`${method} ${path}: nothing came`)));
    sent.on('error', reject);
    sent.end(body);
  });

interface Body {
  error?: { data?: { reason?: string } };
  reason?: string;
  result?: { data?: Record<string, unknown> };
}

const read = (text: string): Pick<Answer, 'reason' | 'data'> => {
  let body: Body | null = null;
  try {
    body = JSON.parse(text) as Body | null;
  } catch {
    // No JSON is an answer, too.
  }
  return { reason: body?.error?.data?.reason ?? body?.reason, data: body?.result?.data };
};

/** What an answer comes down to: `200`, `401 token_invalid`. */
export const outcome = ({ status, reason }: Pick<Answer, 'status' | 'reason'>): string =>
  reason === undefined ? String(status) : `${status} ${reason}`;

/** The same, or how the connection ended. */
export const outcomeOf = async (answer: Promise<Answer>): Promise<string> =>
  answer.then(outcome, (error: NodeJS.ErrnoException) => `no answer (${error.code ?? error.message})`);
