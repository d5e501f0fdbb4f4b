import { type Answer, ask, type Ask } from './ask.ts';
import type { Place } from './place.ts';

type Headers = Record<string, string | string[]>;

/** A browser or a program with an address of its own: it keeps its cookies, or presents a token. */
export interface Visitor {
  readonly from: string;
  readonly cookies: Map<string, string>;
  /** Sent with every request unless a request says otherwise. */
  readonly headers: Record<string, string>;
  ask(path: string, options?: Partial<Ask>): Promise<Answer>;
  /** A mutation, as the client of the product sends it; `undefined` sends no body. */
  post(procedure: string, input?: unknown, headers?: Headers): Promise<Answer>;
  get(procedure: string, input?: unknown, headers?: Headers): Promise<Answer>;
  /** The same visitor with what it holds now, somewhere else. */
  at(place: Place): Visitor;
  /** Whether what it holds is a session: 204, or why not. */
  session(headers?: Headers): Promise<Answer>;
}

/** @param origin the one of the product's own pages */
export const createVisitor = (
  place: Place,
  origin: string,
  from: string,
  held: { cookies?: Map<string, string>; headers?: Record<string, string> } = {},
): Visitor => {
  const cookies = new Map(held.cookies);
  const headers = { ...held.headers };
  const send = async (path: string, options: Partial<Ask> = {}): Promise<Answer> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await ask(place, path, {
      ...{ from, ...options },
      headers: { ...(cookie === '' ? {} : { cookie }), ...headers, ...options.headers },
    });
    for (const line of answer.cookies) keep(cookies, line);
    return answer;
  };
  return {
    ...{ from, cookies, headers, ask: send },
    post: (procedure, input, more = {}) =>
      send(`/trpc/${procedure}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin, 'sec-fetch-site': 'same-origin', ...more },
        ...(input === undefined ? {} : { body: JSON.stringify(input) }),
      }),
    get: (procedure, input, more = {}) =>
      send(
        `/trpc/${procedure}${input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`}`,
        {
          headers: more,
        },
      ),
    at: (other) => createVisitor(other, origin, from, { cookies, headers }),
    session: (more = {}) => send('/v1/session', { headers: more }),
  };
};

/** A browser takes a cookie away when it is told that its time is over. */
const keep = (cookies: Map<string, string>, line: string): void => {
  const [pair = ''] = line.split(';');
  const at = pair.indexOf('=');
  if (/max-age=0(?:;|$)/i.test(line)) cookies.delete(pair.slice(0, at));
  else cookies.set(pair.slice(0, at), pair.slice(at + 1));
};
