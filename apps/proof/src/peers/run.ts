import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgresCluster } from '../stack/postgres-cluster.ts';
import { createProgram } from '../stack/program.ts';
import { type RedisSet, startRedisSet } from '../stack/redis-set.ts';
import { createUndo } from '@portcullis/devstack/undo';
import { runToEnd } from '../stack/keys.ts';
import { installPeers } from './install.ts';
import { withPortcullis } from './portcullis.ts';
import { afterReset, inFlight, oldDump, type PeerResult, redisGone, type Scene } from './scenarios.ts';
import { betterAuth, expressSession, type PeerService } from './service.ts';
import { freePort } from '@portcullis/devstack/ports';

export interface PeerRun {
  name: string;
  /** The documented settings that differ from the defaults; empty for the defaults. */
  settings: string;
  result: PeerResult | null;
  /** Why there is no result. */
  failure?: string;
}

interface Peer {
  name: string;
  settings: string;
  program: string;
  service: PeerService;
  env: { isStrict: boolean; store?: 'redis' | 'database'; cookieCache?: boolean };
}

const BETTER = { name: 'better-auth', program: 'better-auth.mjs', service: betterAuth };
const EXPRESS = {
  name: 'express-session with connect-redis',
  program: 'express-session.mjs',
  service: expressSession,
};

const PEERS: readonly Peer[] = [
  { ...BETTER, settings: '', env: { isStrict: false, store: 'database' } },
  { ...BETTER, settings: 'revokeSessionsOnPasswordReset', env: { isStrict: true, store: 'database' } },
  { ...BETTER, settings: 'secondaryStorage (Redis)', env: { isStrict: false, store: 'redis' } },
  {
    ...BETTER,
    settings: 'secondaryStorage (Redis), revokeSessionsOnPasswordReset',
    env: { isStrict: true, store: 'redis' },
  },
  {
    ...BETTER,
    settings: 'cookieCache, revokeSessionsOnPasswordReset',
    env: { isStrict: true, store: 'database', cookieCache: true },
  },
  { ...EXPRESS, settings: '', env: { isStrict: false } },
  { ...EXPRESS, settings: 'the reset destroys what store.all() finds of the user', env: { isStrict: true } },
];

export interface PeerOptions {
  checkout: string;
  rounds: number;
  over: AbortSignal;
  say: (line: string) => void;
}

/** The same scenarios for the service and its peers, one after another, two instances of each. */
export const runPeers = async (options: PeerOptions): Promise<PeerRun[]> => {
  const { say, over } = options;
  const runs: PeerRun[] = [];
  const add = async (name: string, settings: string, work: () => Promise<PeerResult>) => {
    if (over.aborted) return;
    say(`\n── ${name}${settings === '' ? '' : `: ${settings}`}`);
    try {
      const result = await work();
      say(`   ${JSON.stringify(result)}`);
      runs.push({ name, settings, result });
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      say(`   could not be run: ${failure}`);
      runs.push({ name, settings, result: null, failure });
    }
  };
  // Whoever ends the run waits for no scenario; what stands around it is stopped as ever.
  const told = new Promise<never>((_, reject) => {
    over.addEventListener('abort', () => reject(new Error('ended before it was done')));
  });
  told.catch(() => undefined);
  const play = (scene: Scene) => Promise.race([runScenarios(scene, options.rounds), told]);
  await add('Portcullis', '', () => withPortcullis(options.checkout, say, play));
  if (over.aborted) return runs;
  const undo = createUndo((error) => say(`while stopping: ${String(error)}`));
  try {
    const folder = await installPeers(say);
    const dir = mkdtempSync(join(tmpdir(), 'portcullis-peers-'));
    undo.add(() => rmSync(dir, { recursive: true, force: true }));
    const postgres = await startPostgresCluster(dir, undo);
    const { url } = await postgres.door();
    const redis = await startRedisSet(dir, undo);
    for (const [index, peer] of PEERS.entries()) {
      const database = `peer_${index}`;
      await postgres.asAdmin((client) => client.query(`CREATE DATABASE ${database} OWNER portcullis`));
      const address = new URL(url);
      address.pathname = `/${database}`;
      await add(peer.name, peer.settings, () =>
        withPeer(peer, { folder, dir, redis, databaseUrl: address.href }, play),
      );
    }
  } finally {
    await undo.run();
  }
  return runs;
};

const runScenarios = async (scene: Scene, rounds: number): Promise<PeerResult> => ({
  afterReset: await afterReset(scene, rounds),
  inFlight: await inFlight(scene, rounds),
  oldDump: await oldDump(scene, 5),
  redisGone: await redisGone(scene),
});

const SETTLE_MS = 1_500;

const withPeer = async (
  peer: Peer,
  surroundings: { folder: string; dir: string; redis: RedisSet; databaseUrl: string },
  work: (scene: Scene) => Promise<PeerResult>,
): Promise<PeerResult> => {
  const { folder, dir, redis, databaseUrl } = surroundings;
  const undo = createUndo(() => undefined);
  const env = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redis.main.server.url,
    PEER_SECRET: randomBytes(32).toString('base64url'),
    PEER_SETTINGS: JSON.stringify(peer.env),
  };
  try {
    await redis.main.restartFrom('nothing');
    const ports: [number, number] = [await freePort(), await freePort()];
    await runToEnd([peer.program], folder, { ...env, PORT: String(ports[0]), PEER_MIGRATE: '1' });
    for (const port of ports) {
      const program = createProgram(
        {
          name: `${peer.program} on ${port}`,
          args: [peer.program],
          cwd: folder,
          env: { ...env, PORT: String(port) },
          readyUrl: `http://127.0.0.1:${port}/ready`,
          logFile: join(dir, `peer-${port}.log`),
        },
        () => undefined,
      );
      undo.add(() => program.kill());
      await program.start();
      await program.ready();
    }
    return await work({ service: peer.service, ports, redis: redis.main, settleMs: SETTLE_MS });
  } finally {
    await undo.run();
  }
};
