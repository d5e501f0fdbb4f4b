import type { Entrance } from '../stack/stack.ts';
import type { Random } from '../random.ts';
import type { HttpClient, Reply } from './http.ts';
import type { Tally } from './tally.ts';

/**
 * What a verb answered. `none`: it says that nothing happened. `unknown`: the effect may have been, or may still come.
 */
type Outcome =
  | { kind: 'ok'; data: Record<string, unknown> }
  | { kind: 'refused'; reason: string }
  | { kind: 'none' }
  | { kind: 'unknown' };

/** A verb's outcome with its times on the driver's monotonic clock, in milliseconds. */
export interface Heard {
  outcome: Outcome;
  invoked: number;
  returned: number;
  via: string;
}

export interface Service {
  mutate(procedure: string, token: string | undefined, input?: object, at?: Entrance): Promise<Heard>;
  /** Whether the session behind the token is accepted. */
  verify(token: string, at?: Entrance): Promise<Heard>;
  readonly entrances: readonly Entrance[];
}

export interface ServiceParts {
  http: HttpClient;
  entrances: readonly Entrance[];
  random: Random;
  /** Answers by status and reason. */
  answers: Tally;
  /** Told of every answer that no fault excuses. */
  odd: (what: string) => void;
}

export const createService = ({ http, entrances, random, answers, odd }: ServiceParts): Service => {
  const hear = async (
    at: Entrance,
    call: Omit<Parameters<HttpClient['send']>[0], 'port' | 'address'>,
  ): Promise<Heard> => {
    const invoked = performance.now();
    const reply = await http.send({ ...call, port: at.port, address: anyAddress(random) });
    const returned = performance.now();
    const outcome = outcomeOf(reply, at.name === 'nginx');
    answers.add(labelOf(reply));
    if (reply.kind === 'answered' && reply.status === 500) odd(`${call.path} at ${at.name} answered 500`);
    return { outcome, invoked, returned, via: at.name };
  };
  const anywhere = () => random.pick(entrances);
  return {
    entrances,
    mutate: (procedure, token, input, at = anywhere()) =>
      hear(at, {
        method: 'POST',
        path: `/trpc/${procedure}`,
        input: input ?? {},
        ...(token === undefined ? {} : { token }),
      }),
    verify: (token, at = anywhere()) =>
      hear(at, { method: 'GET', path: random.chance(0.5) ? '/v1/session' : '/trpc/account.me', token }),
  };
};

const anyAddress = (random: Random): string =>
  `10.${random.below(256)}.${random.below(256)}.${1 + random.below(254)}`;

/** An answer that names a reason: of tRPC, or a problem document. */
const reasonOf = (body: unknown): string | null => {
  if (typeof body !== 'object' || body === null) return null;
  const { error, reason } = body as { error?: { data?: { reason?: unknown } }; reason?: unknown };
  const found = error?.data?.reason ?? reason;
  return typeof found === 'string' ? found : null;
};

const mayHaveTakenEffect = (body: unknown): boolean =>
  (body as { error?: { data?: { mayHaveTakenEffect?: unknown } } } | null)?.error?.data
    ?.mayHaveTakenEffect === true;

const outcomeOf = (reply: Reply, isThroughNginx: boolean): Outcome => {
  // An upstream that does not listen is asked by nginx on our behalf; for us the outcome of a lost line is open.
  if (reply.kind === 'never sent') return { kind: isThroughNginx ? 'unknown' : 'none' };
  if (reply.kind === 'lost') return { kind: 'unknown' };
  const { status, body } = reply;
  if (status === 200 || status === 204) {
    const { result } = (body ?? {}) as { result?: { data?: Record<string, unknown> } };
    return { kind: 'ok', data: result?.data ?? {} };
  }
  const reason = reasonOf(body);
  if (reason === 'unavailable') return { kind: mayHaveTakenEffect(body) ? 'unknown' : 'none' };
  if (reason === null || reason === 'internal') return { kind: 'unknown' };
  if (reason === 'rate_limited') return { kind: 'none' };
  return { kind: 'refused', reason };
};

const labelOf = (reply: Reply): string =>
  reply.kind === 'answered' ? `${reply.status} ${reasonOf(reply.body) ?? ''}`.trim() : reply.kind;
