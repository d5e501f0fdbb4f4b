import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nginxProgram, writeNginxSite } from '@portcullis/devstack/nginx-site';
import { lastLines, startServerProcess } from '@portcullis/devstack/server-process';
import { ask } from '../client/ask.ts';
import type { Place } from '../client/place.ts';
import { selfSigned } from '@portcullis/devstack/certificate';
import type { Undo } from '@portcullis/devstack/undo';
import { until } from '@portcullis/devstack/wait';

export interface Door {
  place: Place & { kind: 'door' };
  /** The same door without TLS. */
  plain: Place & { kind: 'instance' };
  logFile: string;
}

interface DoorOptions {
  checkout: string;
  dir: string;
  ports: { https: number; http: number };
  /** Ports of the instances behind it. */
  instances: readonly number[];
  undo: Undo;
}

/**
 * The repository's nginx in front of the instances, on free ports of 127.0.0.1. It listens as behind a load balancer that speaks
 * the PROXY protocol, which is how each attack gets an address of its own.
 * @throws Error when there is no nginx and none can be installed
 */
export const openDoor = async ({ checkout, dir, ports, instances, undo }: DoorOptions): Promise<Door> => {
  const nginx = await nginxProgram();
  const folder = join(dir, 'door');
  cpSync(join(checkout, 'nginx'), folder, { recursive: true });
  // Root's nginx reads the client as somebody else.
  for (const path of [dir, folder]) chmodSync(path, 0o755);
  const { certificate, key } = selfSigned();
  writeFileSync(join(folder, 'fullchain.pem'), certificate);
  writeFileSync(join(folder, 'privkey.pem'), key, { mode: 0o600 });
  const client = join(folder, 'client');
  mkdirSync(client);
  // The page as it is built has one script and one style, both files; the door is what is attacked here.
  writeFileSync(
    join(client, 'index.html'),
    '<!doctype html><title>Portcullis</title><div id="root"></div>\n',
  );
  const logFile = join(folder, 'access.log');
  writeNginxSite({
    ...{ folder, instances, client },
    http: [`listen 127.0.0.1:${ports.http};`, `set $public_url https://localhost:${ports.https};`],
    https: [
      `listen 127.0.0.1:${ports.https} ssl http2 proxy_protocol;`,
      'set_real_ip_from 127.0.0.1;',
      'real_ip_header proxy_protocol;',
      'server_name localhost;',
    ],
  });
  const server = await startServerProcess({
    command: nginx,
    args: ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr', '-g', 'daemon off;'],
    logFile: join(folder, 'nginx.log'),
    cwd: '/',
  });
  undo.add(() => server.killTree());
  const place: Door['place'] = {
    kind: 'door',
    host: `localhost:${ports.https}`,
    port: ports.https,
    ca: certificate,
  };
  await until('nginx answers', async () => {
    if (server.hasEnded()) throw new Error(`nginx ended:\n${lastLines(join(folder, 'nginx.log'))}`);
    return ask(place, '/', { from: '198.18.255.254' }).then(
      ({ status }) => status === 200,
      () => false,
    );
  });
  const plain: Door['plain'] = {
    ...{ kind: 'instance', host: `localhost:${ports.http}`, port: ports.http, ops: 0, pid: server.pid },
    logFile,
  };
  return { place, plain, logFile };
};
