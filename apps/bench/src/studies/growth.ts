import { takeSlice } from '../measure.ts';
import type { Load } from '../load/load.ts';
import type { Pace } from '../pace.ts';
import { residentBytes } from '../machine/processor-time.ts';
import type { Deployment } from '../stack/portcullis.ts';
import { withClient, withRedis } from '../stack/stores.ts';
import { bearer, get } from '../targets/floors.ts';
import { deployed } from '../targets/ours.ts';
import { MANY } from '../targets/target.ts';
import type { Study } from './study.ts';

const SIZES = [1_000, 100_000, 1_000_000];
/** How many of them are presented: more than the remembered signatures, so that nothing is known twice. */
const PRESENTED = 20_000;

interface Size {
  cpuUs: number;
  p50: number;
  p99: number;
  redisBytes: number;
  postgresBlocks: number;
  residentMiB: number;
}

/** Does a check cost more the more sessions and accounts there are? */
export const growth: Study = {
  name: 'growth',
  what: `first checks (signature, SELECT, fill) among ${SIZES.map((size) => size.toLocaleString('en')).join(', ')} sessions and accounts`,
  isUsual: false,
  run: async (bench, pace, { say }) => {
    const found: Record<string, Size> = {};
    for (const size of SIZES) {
      say(`growth: ${size.toLocaleString('en')} sessions …`);
      found[String(size)] = await bench.alone(async (lab) => {
        const deployment = await deployed(lab);
        await populate(deployment.databaseUrl, size);
        return checkAmong(bench.load, deployment, size, pace);
      });
    }
    return { ratios: {}, figures: found, lines: Object.entries(found).map(lineOf) };
  },
};

const lineOf = ([size, one]: [string, Size]): string =>
  `${size.padStart(9)} sessions: ${Math.round(one.cpuUs)} µs of CPU, p50 ${(one.p50 / 1_000).toFixed(2)} ms, ` +
  `p99 ${(one.p99 / 1_000).toFixed(2)} ms, ${one.redisBytes} bytes of Redis a session, ` +
  `${one.postgresBlocks.toFixed(1)} blocks of Postgres a check, instance ${one.residentMiB} MiB`;

const populate = (databaseUrl: string, size: number): Promise<void> =>
  withClient(databaseUrl, async (client) => {
    await client.query(
      `INSERT INTO portcullis.account (id, email, email_key, password_hash)
       SELECT md5(n::text)::uuid, n || '@example.test', n || '@example.test', 'none' FROM generate_series(1, $1::int) n`,
      [size],
    );
    await client.query(
      `INSERT INTO portcullis.session (id, account_id, epoch, transport, remember, created_at, authenticated_at,
         last_seen_at, idle_seconds, idle_expires_at, expires_at)
       SELECT translate(encode(sha256(n::text::bytea), 'base64'), '+/=', '-_'), md5(n::text)::uuid, 1, 'bearer', false,
         now(), now(), now(), 43200, now() + interval '12 hours', now() + interval '24 hours'
       FROM generate_series(1, $1::int) n`,
      [size],
    );
    await client.query('VACUUM ANALYZE portcullis.account, portcullis.session');
  });

const checkAmong = async (load: Load, deployment: Deployment, size: number, pace: Pace): Promise<Size> => {
  const { databaseUrl, redisUrl, port, instances, mint } = deployment;
  const pid = instances[0]?.pid ?? 0;
  const sittings = await withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ id: string; account_id: string }>(
      'SELECT id, account_id FROM portcullis.session ORDER BY random() LIMIT $1',
      [PRESENTED],
    );
    return rows.map(({ id, account_id }) => ({ sessionId: id, accountId: account_id }));
  });
  const requests = sittings.map((sitting) => get('/v1/session', bearer(mint.bearer(sitting))));
  const [blocks, bytes, filled] = [
    await blocksRead(databaseUrl),
    await memoryOf(redisUrl),
    await keysOf(redisUrl),
  ];
  const { figures, cpuUs } = await takeSlice(
    load,
    {
      target: { name: `growth-${size}`, status: 204 },
      running: { pids: [pid], plan: () => ({ port, connections: MANY, requests, once: true }) },
    },
    pace.slice * 4,
  );
  const checks = figures.answered + figures.late;
  // Postgres publishes what a connection read when that has been idle for a second.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const newKeys = (await keysOf(redisUrl)) - filled;
  return {
    ...{ cpuUs, p50: figures.p50, p99: figures.p99 },
    redisBytes: Math.round(((await memoryOf(redisUrl)) - bytes) / Math.max(1, newKeys)),
    postgresBlocks: ((await blocksRead(databaseUrl)) - blocks) / checks,
    residentMiB: Math.round(residentBytes(pid) / 2 ** 20),
  };
};

const blocksRead = (databaseUrl: string): Promise<number> =>
  withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ blocks: string }>(
      `SELECT sum(heap_blks_hit + heap_blks_read + idx_blks_hit + idx_blks_read) AS blocks
       FROM pg_statio_user_tables WHERE schemaname = 'portcullis' AND relname IN ('session', 'account')`,
    );
    return Number(rows[0]?.blocks ?? 0);
  });

const memoryOf = (url: string | null): Promise<number> =>
  withRedis(url ?? '', async (client) => Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1]));

const keysOf = (url: string | null): Promise<number> => withRedis(url ?? '', (client) => client.dbSize());
