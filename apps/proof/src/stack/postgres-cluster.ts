import { dirname, join } from 'node:path';
import { type PostgresServer, startPostgres } from '@portcullis/devstack/postgres';
import { startTcpProxy, type TcpProxy } from '@portcullis/devstack/tcp-proxy';
import type pg from 'pg';
import { cloneServer, type PostgresNode, SETTINGS, withClient } from './postgres-clone.ts';
import { freePort } from '@portcullis/devstack/ports';
import type { Undo } from '@portcullis/devstack/undo';
import { until } from '@portcullis/devstack/wait';

/** A primary, at times a synchronous standby, and the proxies through which everybody reaches the primary. */
export interface PostgresCluster {
  readonly primary: PostgresNode;
  readonly standby: PostgresNode | null;
  /** The application's URL through a new proxy that follows the primary. */
  door(): Promise<{ url: string; proxy: TcpProxy }>;
  /** Runs something as superuser in the application's database of the primary. */
  asAdmin<T>(work: (client: pg.Client) => Promise<T>): Promise<T>;
  /** Clones the primary into a standby and waits until commits wait for it. */
  attachStandby(): Promise<void>;
  /** Commits wait for no standby any more, and it is removed. */
  dropStandby(): Promise<void>;
  /** Ends the primary at once, promotes the standby and sends everybody there. */
  failOver(): Promise<void>;
}

/** Starts the first primary. Kills of processes lose nothing without fsync; only a machine's power would. */
export const startPostgresCluster = async (dir: string, undo: Undo): Promise<PostgresCluster> => {
  const first = await startPostgres({
    dir: join(dir, 'postgres-1'),
    settings: SETTINGS,
    port: await freePort(),
  });
  const { dataDir } = first;
  if (dataDir === null) throw new Error('the proof needs a Postgres of its own');
  const cluster = new Cluster(dir, first, dataDir);
  undo.add(() => cluster.destroy());
  return cluster;
};

class Cluster implements PostgresCluster {
  primary: PostgresNode;
  standby: PostgresNode | null = null;
  readonly #logs: string;
  readonly #first: PostgresServer;
  readonly #home: string;
  readonly #proxies: TcpProxy[] = [];
  #clones = 1;

  constructor(logs: string, first: PostgresServer, dataDir: string) {
    this.#logs = logs;
    this.#first = first;
    this.#home = dirname(dataDir);
    // Not a spread: `pid` is a getter that changes with every restart.
    this.primary = Object.assign(Object.create(first) as PostgresServer, { dataDir });
  }

  async door(): Promise<{ url: string; proxy: TcpProxy }> {
    const proxy = await startTcpProxy(this.#address());
    this.#proxies.push(proxy);
    return { url: proxy.through(this.#first.url), proxy };
  }

  asAdmin<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    return withClient(this.#admin(this.primary, 'portcullis'), work);
  }

  async attachStandby(): Promise<void> {
    this.#clones += 1;
    const source = { dataDir: this.primary.dataDir, adminUrl: this.#admin(this.primary, 'postgres') };
    const name = `standby-${this.#clones}`;
    this.standby = await cloneServer(source, `${this.#home}-${name}`, join(this.#logs, `${name}.log`));
    await this.asAdmin(async (client) => {
      await client.query(`ALTER SYSTEM SET synchronous_standby_names = '*'`);
      await client.query('SELECT pg_reload_conf()');
      await until('commits wait for the standby', async () => {
        const { rows } = await client.query(`SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'`);
        return rows.length > 0;
      });
    });
  }

  async dropStandby(): Promise<void> {
    await this.asAdmin(waitForNobody);
    await this.standby?.destroy();
    this.standby = null;
  }

  async failOver(): Promise<void> {
    const [old, next] = [this.primary, this.standby];
    if (next === null) throw new Error('there is no standby to promote');
    await old.kill();
    await withClient(this.#admin(next, 'postgres'), async (client) => {
      await client.query('SELECT pg_promote(true, 30)');
      await waitForNobody(client);
    });
    this.primary = next;
    this.standby = null;
    for (const proxy of this.#proxies) proxy.retarget(this.#address());
    await old.destroy();
  }

  async destroy(): Promise<void> {
    await Promise.all(this.#proxies.map((proxy) => proxy.stop()));
    await this.standby?.destroy();
    await this.primary.destroy();
  }

  #address(): { host: string; port: number } {
    return { host: '127.0.0.1', port: this.primary.port };
  }

  #admin(node: PostgresNode, database: string): string {
    const url = new URL(this.#first.adminUrl);
    url.port = String(node.port);
    url.pathname = `/${database}`;
    return url.href;
  }
}

/** A clone takes over the primary's settings: without a standby of its own no commit of it would ever return. */
const waitForNobody = async (client: pg.Client): Promise<void> => {
  await client.query('ALTER SYSTEM RESET synchronous_standby_names');
  await client.query('SELECT pg_reload_conf()');
};
