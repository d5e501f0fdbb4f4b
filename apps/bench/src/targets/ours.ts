import { randomBytes } from 'node:crypto';
import type { PlannedRequest } from '../load/plan.ts';
import { makePeople, makeResetLinks, makeSessions, PASSWORD } from '../stack/people.ts';
import { deploy, type Deployment } from '../stack/portcullis.ts';
import { bearer, get, startFloor } from './floors.ts';
import { FEW, type Lab, MANY, type Running, type Target } from './target.ts';

/** A mutation or a call of a service, as JSON. */
export const post = (path: string, input: object, headers: Record<string, string> = {}): PlannedRequest => ({
  method: 'POST',
  path,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(input),
});

/** Requests a second that no single core answers, for plans in which each is sent once. */
const MOST_CHECKS = 6_000;
const MOST_WRITES = 1_500;
const MOST_HASHES = 150;

const running = (deployment: Deployment, plan: Running['plan']): Running => ({
  pids: deployment.instances.map(({ pid }) => pid),
  plan,
});

/** People who signed in by their password, over HTTP. @returns their access tokens */
export const signedIn = async (deployment: Deployment, count: number): Promise<string[]> => {
  const people = await makePeople(deployment.databaseUrl, count);
  const tokens: string[] = [];
  for (const { email } of people) {
    const response = await fetch(`http://127.0.0.1:${deployment.port}/trpc/session.signIn`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password: PASSWORD, transport: 'bearer' }),
    });
    if (response.status !== 200) throw new Error(`a sign-in was answered ${response.status}`);
    const { result } = (await response.json()) as { result: { data: { tokens: { accessToken: string } } } };
    tokens.push(result.data.tokens.accessToken);
  }
  return tokens;
};

/** Long enough for a whole run: what is measured is the check, not the renewal of tokens. */
const LONG_LIVED = { PORTCULLIS_ACCESS_TOKEN_SECONDS: '7200' };

export const deployed = (lab: Lab, options: { withoutRedis?: boolean } = {}): Promise<Deployment> =>
  deploy({ ...lab, ...options, env: LONG_LIVED }, lab.undo);

const ours = (name: string, what: string, status: number, start: (lab: Lab) => Promise<Running>): Target => ({
  name,
  kind: 'ours',
  what,
  status,
  start,
});

const check = (name: string, what: string, path: string, status: number, withoutRedis = false): Target =>
  ours(name, what, status, async (lab) => {
    const deployment = await deployed(lab, { withoutRedis });
    const requests = (await signedIn(deployment, FEW)).map((token) => get(path, bearer(token)));
    return running(deployment, () => ({ port: deployment.port, connections: MANY, requests }));
  });

const verify = (size: number): Target =>
  ours(`verify-${size}`, `POST /v1/verify with ${size} tokens`, 200, async (lab) => {
    const deployment = await deployed(lab);
    const tokens = await signedIn(deployment, MANY);
    const { authorization } = await deployment.client();
    // Each request asks about others: batches of one size, in turn through all tokens.
    const requests = tokens.map((_, first) => {
      const batch = Array.from({ length: size }, (_none, index) => tokens[(first + index) % tokens.length]);
      return post('/v1/verify', { tokens: batch }, { authorization });
    });
    // Sixteen batches of 64 are a thousand questions at once: more would only wait behind each other.
    const connections = size > 1 ? FEW : MANY;
    return running(deployment, () => ({ port: deployment.port, connections, requests }));
  });

/** Writes, each of which has its effect once: every slice gets what it needs right before it. */
const writes = (
  name: string,
  what: string,
  most: number,
  prepare: (deployment: Deployment, count: number) => Promise<PlannedRequest[]>,
): Target =>
  ours(name, what, 200, async (lab) => {
    const deployment = await deployed(lab);
    return running(deployment, async (seconds) => ({
      ...{ port: deployment.port, connections: FEW, once: true },
      requests: await prepare(deployment, Math.ceil(seconds * most)),
    }));
  });

const ids = (people: readonly { id: string }[]): string[] => people.map(({ id }) => id);

export const service: Target[] = [
  check('session', 'GET /v1/session, session and signature known', '/v1/session', 204),
  ours('session-cold', 'GET /v1/session with a token never seen before', 204, async (lab) => {
    const deployment = await deployed(lab);
    const accounts = ids(await makePeople(deployment.databaseUrl, FEW));
    const sittings = await makeSessions(deployment.databaseUrl, accounts);
    const token = (index: number) =>
      deployment.mint.bearer(sittings[index % sittings.length] as (typeof sittings)[0]);
    return running(deployment, (seconds) => ({
      ...{ port: deployment.port, connections: MANY, once: true },
      requests: Array.from({ length: Math.ceil(seconds * MOST_CHECKS) }, (_, index) =>
        get('/v1/session', bearer(token(index))),
      ),
    }));
  }),
  check('session-postgres', 'GET /v1/session of a deployment without Redis', '/v1/session', 204, true),
  check('me', 'account.me through tRPC', '/trpc/account.me', 200),
  verify(1),
  verify(16),
  verify(64),
  ours(
    'client-hono',
    'a Hono route behind @portcullis/client, with the service it asks',
    204,
    async (lab) => {
      const deployment = await deployed(lab);
      const tokens = await signedIn(deployment, FEW);
      const { id, secret } = await deployment.client();
      const url = `http://127.0.0.1:${deployment.port}`;
      const env = { SERVICE_URL: url, CLIENT_ID: id, CLIENT_SECRET: secret };
      const app = await startFloor(lab, 'client', env);
      const requests = tokens.map((token) => get('/', bearer(token)));
      return {
        pids: [app.pid, ...deployment.instances.map(({ pid }) => pid)],
        plan: () => ({ port: app.port, connections: MANY, requests }),
      };
    },
  ),
  ours('sign-in', 'session.signIn with a right password', 200, async (lab) => {
    const deployment = await deployed(lab);
    const people = await makePeople(deployment.databaseUrl, MANY);
    const requests = people.map(({ email }) =>
      post('/trpc/session.signIn', { email, password: PASSWORD, transport: 'bearer' }),
    );
    return running(deployment, () => ({ port: deployment.port, connections: FEW, requests }));
  }),
  writes('sign-up', 'account.signUp of a new address', MOST_HASHES, async ({ publicUrl }, count) =>
    Array.from({ length: count }, () => {
      const email = `${randomBytes(8).toString('hex')}@example.test`;
      return post('/trpc/account.signUp', { email, password: PASSWORD }, { origin: publicUrl });
    }),
  ),
  writes('reset', 'account.resetPassword by a link', MOST_HASHES, async ({ databaseUrl }, count) => {
    const links = await makeResetLinks(databaseUrl, ids(await makePeople(databaseUrl, count)));
    return links.map((token) => post('/trpc/account.resetPassword', { token, newPassword: PASSWORD }));
  }),
  writes('refresh', 'session.refresh that rotates', MOST_WRITES, async ({ databaseUrl }, count) => {
    const sittings = await makeSessions(databaseUrl, ids(await makePeople(databaseUrl, count)));
    return sittings.map(({ refreshToken }) => post('/trpc/session.refresh', { refreshToken }));
  }),
  writes('revoke', 'session.revoke of another session', MOST_WRITES, async ({ databaseUrl, mint }, count) => {
    const accounts = ids(await makePeople(databaseUrl, count));
    const [callers, others] = [
      await makeSessions(databaseUrl, accounts),
      await makeSessions(databaseUrl, accounts),
    ];
    return callers.map((caller, index) =>
      post('/trpc/session.revoke', { sessionId: others[index]?.sessionId }, bearer(mint.bearer(caller))),
    );
  }),
];
