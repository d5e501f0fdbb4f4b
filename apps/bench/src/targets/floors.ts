import { join } from 'node:path';
import { freePort } from '@portcullis/devstack/ports';
import type { PlannedRequest } from '../load/plan.ts';
import { HASH_PARAMETERS } from '../stack/people.ts';
import { repository } from '../stack/portcullis.ts';
import { startServer } from '../stack/server.ts';
import { FEW, type Lab, MANY, type Running, type Target } from './target.ts';

const FOLDER = join(import.meta.dirname, '../floors');

export const get = (path: string, headers: Record<string, string> = {}): PlannedRequest => ({
  method: 'GET',
  path,
  headers,
});
export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** Starts one of the programs in floors/. */
export const startFloor = async (
  lab: Pick<Lab, 'dir' | 'cores' | 'nodeArgs' | 'undo'>,
  name: string,
  env: Record<string, string> = {},
): Promise<{ pid: number; port: number }> => {
  const port = await freePort();
  const { pid } = await startServer(
    {
      ...{ name: `floor-${name}`, args: [...lab.nodeArgs, join(FOLDER, `${name}.ts`)] },
      ...{ cwd: repository, dir: lab.dir, cores: lab.cores, readyUrls: [`http://127.0.0.1:${port}/ready`] },
      env: { ...env, NODE_ENV: 'production', PORT: String(port) },
    },
    lab.undo,
  );
  return { pid, port };
};

const steady = (
  { pid, port }: { pid: number; port: number },
  connections: number,
  requests: PlannedRequest[],
): Running => ({
  pids: [pid],
  plan: () => ({ port, connections, requests }),
});

const floor = (name: string, what: string, start: (lab: Lab) => Promise<Running>, status = 204): Target => ({
  name,
  kind: 'floor',
  what,
  status,
  start,
});

export const floors: Target[] = [
  floor(
    'hello',
    'a Hono application says hello',
    async (lab) => steady(await startFloor(lab, 'hello'), MANY, [get('/')]),
    200,
  ),
  floor('redis-get', 'one GET of Redis in a Hono route', async (lab) => {
    const { url } = await lab.stores.redis(lab.undo);
    return steady(await startFloor(lab, 'redis', { REDIS_URL: url }), MANY, [get('/', bearer('one'))]);
  }),
  floor('postgres-select', 'one prepared SELECT by key in a Hono route', async (lab) => {
    const server = await startFloor(lab, 'postgres', { DATABASE_URL: await lab.stores.database() });
    return steady(server, MANY, [get('/', bearer('key-7'))]);
  }),
  floor('ed25519-verify', 'one Ed25519 verification in a Hono route', async (lab) =>
    steady(await startFloor(lab, 'ed25519'), MANY, [get('/')]),
  ),
  floor('paseto-redis', 'v4.public verified by the paseto package, then one GET of Redis', async (lab) => {
    const { url } = await lab.stores.redis(lab.undo);
    const env = { REDIS_URL: url, ISSUER: 'http://127.0.0.1:3000' };
    const server = await startFloor(lab, 'paseto-redis', env);
    const token = await (await fetch(`http://127.0.0.1:${server.port}/token`)).text();
    return steady(server, MANY, [get('/', bearer(token))]);
  }),
  floor(
    'trpc-nothing',
    'a tRPC query that does nothing, in Hono',
    async (lab) => steady(await startFloor(lab, 'trpc'), MANY, [get('/trpc/nothing')]),
    200,
  ),
  floor('argon2', 'one argon2id verification with the parameters of the service', async (lab) => {
    const env = { MEMORY_KIB: String(HASH_PARAMETERS.memory), PASSES: String(HASH_PARAMETERS.passes) };
    return steady(await startFloor(lab, 'argon2', env), FEW, [get('/')]);
  }),
];
