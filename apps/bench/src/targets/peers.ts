import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { freePort } from '@portcullis/devstack/ports';
import type { PlannedRequest } from '../load/plan.ts';
import { startServer } from '../stack/server.ts';
import { bearer, get } from './floors.ts';
import { FEW, type Lab, MANY, type Target } from './target.ts';

interface PeerNeeds {
  program: string;
  database?: true;
  redis?: true;
  mode?: string;
}

/** Opens a session as the peer's own clients do. @returns the request that presents it */
type Enter = (url: string) => Promise<PlannedRequest>;

const peer = (name: string, what: string, needs: PeerNeeds, enter: Enter): Target => ({
  name,
  kind: 'peer',
  what,
  status: 204,
  start: async (lab) => {
    const { pid, port } = await startPeer(lab, name, needs);
    const requests: PlannedRequest[] = [];
    while (requests.length < FEW) requests.push(await enter(`http://127.0.0.1:${port}`));
    return { pids: [pid], plan: () => ({ port, connections: MANY, requests }) };
  },
});

const startPeer = async (lab: Lab, name: string, { program, database, redis, mode }: PeerNeeds) => {
  const folder = await lab.peers();
  const port = await freePort();
  const env: Record<string, string> = {
    ...{ NODE_ENV: 'production', PORT: String(port), PEER_SECRET: randomBytes(32).toString('hex') },
    ...(mode === undefined ? {} : { PEER_MODE: mode }),
    ...(database ? { DATABASE_URL: await lab.stores.database() } : {}),
    ...(redis ? { REDIS_URL: (await lab.stores.redis(lab.undo)).url } : {}),
  };
  const { pid } = await startServer(
    {
      ...{ name: `peer-${name}`, args: [...lab.nodeArgs, join(folder, program)], cwd: folder, env },
      ...{ dir: lab.dir, cores: lab.cores, readyUrls: [`http://127.0.0.1:${port}/ready`] },
    },
    lab.undo,
  );
  return { pid, port };
};

const post = async (url: string, path: string, input?: object): Promise<Response> => {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { origin: url, ...(input === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(input === undefined ? {} : { body: JSON.stringify(input) }),
  });
  if (response.status >= 300) throw new Error(`${path} was answered ${response.status}`);
  return response;
};

const withCookies = (response: Response): PlannedRequest => {
  const pairs = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '');
  return get('/session', { cookie: pairs.join('; ') });
};

const betterAuth: Enter = async (url) => {
  const email = `${randomBytes(8).toString('hex')}@example.test`;
  const input = { email, password: 'an honest first passphrase', name: 'Ada' };
  return withCookies(await post(url, '/api/auth/sign-up/email', input));
};
const byCookie: Enter = async (url) => withCookies(await post(url, '/sign-in'));
const byToken: Enter = async (url) => get('/session', bearer(await (await post(url, '/sign-in')).text()));

const better = { program: 'better-auth.mjs', database: true } as const;

export const peers: Target[] = [
  peer('better-auth', 'better-auth as it is by default: sessions in Postgres', better, betterAuth),
  peer(
    'better-auth-redis',
    'better-auth with its Redis storage',
    { ...better, redis: true, mode: 'redis' },
    betterAuth,
  ),
  peer(
    'better-auth-cookie',
    'better-auth with its cookie cache: up to 5 minutes stale',
    { ...better, mode: 'cookie' },
    betterAuth,
  ),
  peer(
    'express-session',
    'express-session with connect-redis',
    { program: 'express-session.mjs', redis: true },
    byCookie,
  ),
  peer(
    'session-table',
    'a session table written by hand',
    { program: 'session-table.mjs', database: true },
    byCookie,
  ),
  peer('jwt', 'a JWT (EdDSA) checked by jose: cannot be revoked', { program: 'jwt.mjs' }, byToken),
];
