import { execFile } from 'node:child_process';
import { appendFileSync, chownSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PostgresServer } from '@portcullis/devstack/postgres';
import { findPostgresBinaries, postgresOwner } from '@portcullis/devstack/postgres-binaries';
import { endsWithin, type ServerProcess, startServerProcess } from '@portcullis/devstack/server-process';
import pg from 'pg';
import { until } from '@portcullis/devstack/wait';
import { freePort } from '@portcullis/devstack/ports';

/** One Postgres server of the cluster. */
export type PostgresNode = Pick<
  PostgresServer,
  'port' | 'pid' | 'stop' | 'kill' | 'suspend' | 'resume' | 'restart' | 'destroy'
> & { readonly dataDir: string };

export const SETTINGS = {
  fsync: 'off',
  full_page_writes: 'off',
  max_connections: '300',
  wal_keep_size: '512MB',
  wal_level: 'replica',
  log_min_messages: 'fatal',
  hot_standby: 'on',
};

export const withClient = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'proof nemesis',
    connectionTimeoutMillis: 5_000,
    query_timeout: 60_000,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
};

/** A base backup by the server's own functions: the packaged binaries have no pg_basebackup. */
export const cloneServer = async (
  source: { dataDir: string; adminUrl: string },
  target: string,
  logFile: string,
): Promise<PostgresNode> => {
  const owner = postgresOwner();
  await withClient(source.adminUrl, async (client) => {
    await client.query(`SELECT pg_backup_start('proof', true)`);
    // Files that vanish while they are copied are in the WAL; cp says so with an exit code.
    await promisify(execFile)('cp', ['-a', source.dataDir, target]).catch(() => undefined);
    const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)');
    writeFileSync(join(target, 'backup_label'), rows[0]?.labelfile ?? '');
  });
  rmSync(join(target, 'postmaster.pid'), { force: true });
  const wal = join(target, 'pg_wal');
  for (const name of readdirSync(wal)) rmSync(join(wal, name), { recursive: true, force: true });
  for (const name of ['archive_status', 'summaries']) mkdirSync(join(wal, name), { mode: 0o700 });
  const { port, username, password } = new URL(source.adminUrl);
  appendFileSync(
    join(target, 'postgresql.auto.conf'),
    `primary_conninfo = 'host=127.0.0.1 port=${port} user=${username} password=${password} application_name=standby'\n`,
  );
  writeFileSync(join(target, 'standby.signal'), '');
  if (owner.uid !== undefined && owner.gid !== undefined) {
    for (const name of ['pg_wal/archive_status', 'pg_wal/summaries', 'standby.signal', 'backup_label'])
      chownSync(join(target, name), owner.uid, owner.gid);
  }
  return launch(target, await freePort(), source.adminUrl, logFile);
};

const launch = async (
  dataDir: string,
  port: number,
  adminUrl: string,
  logFile: string,
): Promise<PostgresNode> => {
  const owner = postgresOwner();
  const { bin } = findPostgresBinaries(owner);
  const settings = {
    ...SETTINGS,
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
  };
  const url = new URL(adminUrl);
  url.port = String(port);
  const start = async (): Promise<ServerProcess> => {
    const server = await startServerProcess({
      command: join(bin, 'postgres'),
      args: [
        '-D',
        dataDir,
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      logFile,
      cwd: '/',
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
      uid: owner.uid,
      gid: owner.gid,
    });
    await until('a cloned Postgres answers', async () => {
      if (server.hasEnded())
        throw new Error(`a cloned Postgres ended with ${await server.ended}, see ${logFile}`);
      return withClient(url.href, async () => true).catch(() => false);
    });
    return server;
  };
  let server = await start();
  const stop = async (mode: 'fast' | 'immediate' = 'fast') => {
    if (server.hasEnded()) return;
    server.resumeTree();
    server.signal(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    if (!(await endsWithin(server, 15_000))) await server.killTree();
  };
  return {
    port,
    dataDir,
    get pid() {
      return server.hasEnded() ? null : server.pid;
    },
    stop,
    kill: () => server.killTree(),
    suspend: () => server.suspendTree(),
    resume: () => server.resumeTree(),
    restart: async () => {
      await stop();
      server = await start();
    },
    destroy: async () => {
      await stop('immediate');
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
};
