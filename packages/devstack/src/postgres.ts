import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from './ports.ts';
import { findPostgresBinaries, type PostgresBinaries, postgresOwner } from './postgres-binaries.ts';
import { type PostgresFolder, preparePostgresFolder } from './postgres-folder.ts';
import { endsWithin, lastLines, type ServerProcess, startServerProcess } from './server-process.ts';

/** A Postgres for development and tests, with the switches that fault tests need. */
export interface PostgresServer {
  /** The database of the application, as its own role; the given URL when the server is somebody else's. */
  readonly url: string;
  /** The superuser on the database `postgres`; the given URL when the server is somebody else's. */
  readonly adminUrl: string;
  /** False when the URL was given: the server is not ours to stop, and the fault switches throw. */
  readonly isOwn: boolean;
  readonly port: number;
  readonly pid: number | null;
  readonly dataDir: string | null;
  /** `fast` ends the sessions and writes a checkpoint, `immediate` leaves the recovery to the next start. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
  /** SIGKILL to the server and all its processes at once, as a crash of the machine would. */
  kill(): Promise<void>;
  /** Freezes all its processes: connections stay open and nothing answers. */
  suspend(): void;
  resume(): void;
  /** Starts again on the same port and data, after a stop where it still runs. */
  restart(): Promise<void>;
  /** Stops and removes the data. */
  destroy(): Promise<void>;
}

/** Options of {@link startPostgres}. */
export interface PostgresOptions {
  /** Where data, log and passwords stay. Root's servers keep their data under /var/tmp if this is not reachable. */
  dir: string;
  /** A server that already runs; nothing is started then. */
  databaseUrl?: string | undefined;
  settings?: Record<string, string>;
  /** The preferred port; the next free one when taken. */
  port?: number;
}

/**
 * Gives a Postgres: the one named by `databaseUrl`, else one of our own from the binaries of the lockfile or of the
 * distribution. It listens on 127.0.0.1 only and asks for generated passwords.
 *
 * @throws Error naming the cause and the log's end when it does not start within 60 seconds
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  if (options.databaseUrl) return foreignServer(options.databaseUrl);
  const owner = postgresOwner();
  const binaries = findPostgresBinaries(owner);
  const folder = await preparePostgresFolder(options.dir, binaries, owner);
  const port = await freePort(options.port);
  const start = () => launch(binaries, folder, port, options.settings ?? {});
  let server = await start();
  await ensureDatabase(adminUrl(folder, port), folder.secrets.portcullis);
  const stop = async (mode: 'fast' | 'immediate' = 'fast') => {
    if (server.hasEnded()) return;
    server.resumeTree();
    server.signal(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    if (!(await endsWithin(server, 15_000))) await server.killTree();
    rmSync(`${folder.dataDir}.starter`, { force: true });
  };
  return {
    url: `postgres://portcullis:${folder.secrets.portcullis}@127.0.0.1:${port}/portcullis`,
    adminUrl: adminUrl(folder, port),
    isOwn: true,
    port,
    get pid() {
      return server.hasEnded() ? null : server.pid;
    },
    dataDir: folder.dataDir,
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
      folder.remove();
    },
  };
}

function adminUrl(folder: PostgresFolder, port: number): string {
  return `postgres://postgres:${folder.secrets.postgres}@127.0.0.1:${port}/postgres`;
}

async function launch(
  binaries: PostgresBinaries,
  folder: PostgresFolder,
  port: number,
  settings: Record<string, string>,
): Promise<ServerProcess> {
  const all = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '200',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...settings,
  };
  const owner = postgresOwner();
  writeFileSync(`${folder.dataDir}.starter`, `${process.pid}\n`);
  const server = await startServerProcess({
    command: join(binaries.bin, 'postgres'),
    args: [
      '-D',
      folder.dataDir,
      ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    logFile: folder.logFile,
    cwd: '/',
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
    uid: owner.uid,
    gid: owner.gid,
  });
  await untilReady(server, adminUrl(folder, port), folder.logFile);
  return server;
}

async function untilReady(server: ServerProcess, url: string, logFile: string): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    if (server.hasEnded()) {
      throw new Error(`Postgres ended with ${await server.ended}:\n${lastLines(logFile)}`);
    }
    const refusal = await tryConnect(url);
    if (refusal === null) return;
    if (performance.now() > deadline) {
      await server.killTree();
      throw new Error(`Postgres did not become ready in 60 s (${refusal}):\n${lastLines(logFile)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}

async function tryConnect(connectionString: string): Promise<string | null> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await client.end().catch(() => {});
  }
}

/** The application's role owns its database and may create others, and is no superuser: as in production. */
async function ensureDatabase(connectionString: string, password: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const roles = await client.query(`select 1 from pg_roles where rolname = 'portcullis'`);
    const verb = roles.rowCount === 0 ? 'create' : 'alter';
    await client.query(`${verb} role portcullis login createdb password ${client.escapeLiteral(password)}`);
    const databases = await client.query(`select 1 from pg_database where datname = 'portcullis'`);
    if (databases.rowCount === 0) await client.query('create database portcullis owner portcullis');
  } finally {
    await client.end();
  }
}

async function foreignServer(url: string): Promise<PostgresServer> {
  const refusal = await tryConnect(url);
  if (refusal !== null) throw new Error(`DATABASE_URL is set and does not answer: ${refusal}`);
  const notOurs = () => {
    throw new Error('this Postgres was given by URL: it is not ours to stop');
  };
  return {
    url,
    adminUrl: url,
    isOwn: false,
    port: Number(new URL(url).port || 5432),
    pid: null,
    dataDir: null,
    stop: async () => {},
    destroy: async () => {},
    kill: async () => notOurs(),
    suspend: notOurs,
    resume: notOurs,
    restart: async () => notOurs(),
  };
}
