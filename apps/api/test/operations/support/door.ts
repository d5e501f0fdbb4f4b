import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { nginxProgram, writeNginxSite } from '@portcullis/devstack/nginx-site';
import { freePort } from '@portcullis/devstack/ports';
import { lastLines, startServerProcess } from '@portcullis/devstack/server-process';
import { type Answer, type Ask, ask, until } from './ask.ts';
import { selfSigned } from '@portcullis/devstack/certificate';

const repository = resolve(import.meta.dirname, '../../../../..');

/** The repository's nginx, in front of these instances. */
export interface Door {
  origin: string;
  /** The same door without TLS. */
  plainOrigin: string;
  ca: string;
  ask(path: string, options?: Ask): Promise<Answer>;
  askPlain(path: string, options?: Ask): Promise<Answer>;
  /** What it said when it read its configuration. */
  judgement: string;
  /** The lines of its access log so far. */
  log(): Record<string, unknown>[];
  stop(): Promise<void>;
}

export interface DoorPorts {
  https: number;
  http: number;
}

export const doorPorts = async (): Promise<DoorPorts> => ({
  https: await freePort(),
  http: await freePort(),
});

/** @param instances ports on loopback @param client the folder of the built client */
export const openDoor = async (ports: DoorPorts, instances: number[], client: string): Promise<Door> => {
  const nginx = await nginxProgram();
  const dir = mkdtempSync(join(tmpdir(), 'portcullis-door-'));
  // Root's nginx reads the client as somebody else.
  chmodSync(dir, 0o755);
  cpSync(join(repository, 'nginx'), dir, { recursive: true });
  const { certificate, key } = selfSigned();
  writeFileSync(join(dir, 'fullchain.pem'), certificate);
  writeFileSync(join(dir, 'privkey.pem'), key, { mode: 0o600 });
  const origin = `https://localhost:${ports.https}`;
  writeNginxSite({
    ...{ folder: dir, instances, client },
    http: [`listen 127.0.0.1:${ports.http};`, `set $public_url ${origin};`],
    https: [`listen 127.0.0.1:${ports.https} ssl http2;`, 'server_name localhost;'],
  });
  const args = ['-p', dir, '-c', join(dir, 'nginx.conf'), '-e', 'stderr'];
  const { stderr: judgement } = await promisify(execFile)(nginx, [...args, '-t', '-q']);
  const logFile = join(dir, 'nginx.log');
  const server = await startServerProcess({
    command: nginx,
    args: [...args, '-g', 'daemon off;'],
    logFile,
    cwd: '/',
  });
  const at =
    (base: string) =>
    (path: string, options: Ask = {}) =>
      ask(`${base}${path}`, { ca: certificate, ...options });
  const door: Door = {
    origin,
    plainOrigin: `http://localhost:${ports.http}`,
    ca: certificate,
    ask: at(origin),
    askPlain: at(`http://localhost:${ports.http}`),
    judgement,
    log: () => linesOf(join(dir, 'access.log')),
    stop: async () => {
      await server.killTree();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  await until(
    () => door.ask('/favicon.svg').then(({ status }) => status, String),
    (status) => {
      if (server.hasEnded()) throw new Error(`nginx ended:\n${lastLines(logFile)}`);
      return status === 200;
    },
  );
  return door;
};

const linesOf = (file: string): Record<string, unknown>[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
