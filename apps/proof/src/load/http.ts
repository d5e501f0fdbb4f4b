import { Agent, type ClientRequest, request } from 'node:http';

/** What came of a request. `never sent`: nobody listened, so it had no effect. `lost`: nobody knows. */
export type Reply =
  | { kind: 'answered'; status: number; body: unknown }
  | { kind: 'never sent' }
  | { kind: 'lost' };

interface Call {
  port: number;
  method: 'GET' | 'POST';
  path: string;
  token?: string;
  input?: object;
  /** Each call comes from an address of its own, so that limits by address count nothing. */
  address: string;
}

export interface HttpClient {
  send(call: Call): Promise<Reply>;
  close(): void;
}

/** Longer than the service gives itself for any request. */
const ANSWER_WITHIN_MS = 15_000;

export const createHttpClient = (): HttpClient => {
  const agent = new Agent({ keepAlive: true, maxSockets: 64, maxFreeSockets: 64 });
  return {
    send: (call) => new Promise((resolve) => exchange(agent, call, resolve)),
    close: () => agent.destroy(),
  };
};

const exchange = (agent: Agent, call: Call, done: (reply: Reply) => void): void => {
  const body = call.input === undefined ? null : Buffer.from(JSON.stringify(call.input));
  const sent = request(
    {
      agent,
      host: '127.0.0.1',
      port: call.port,
      method: call.method,
      path: call.path,
      headers: {
        'x-forwarded-for': call.address,
        ...(call.token === undefined ? {} : { authorization: `Bearer ${call.token}` }),
        ...(body === null ? {} : { 'content-type': 'application/json', 'content-length': body.length }),
      },
    },
    (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        if (!response.complete) return done({ kind: 'lost' });
        done({ kind: 'answered', status: response.statusCode ?? 0, body: parse(Buffer.concat(parts)) });
      });
      response.on('error', () => done({ kind: 'lost' }));
      response.on('aborted', () => done({ kind: 'lost' }));
    },
  );
  bounded(sent);
  sent.on('error', (error: NodeJS.ErrnoException) =>
    done({ kind: error.code === 'ECONNREFUSED' ? 'never sent' : 'lost' }),
  );
  sent.end(body ?? undefined);
};

const bounded = (sent: ClientRequest): void => {
  const timer = setTimeout(() => sent.destroy(new Error('not answered in time')), ANSWER_WITHIN_MS);
  sent.once('close', () => clearTimeout(timer));
};

const parse = (body: Buffer): unknown => {
  try {
    return body.length === 0 ? null : JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
};
