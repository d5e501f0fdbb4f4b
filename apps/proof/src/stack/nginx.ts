import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nginxProgram } from '@portcullis/devstack/nginx-site';
import { startServerProcess } from '@portcullis/devstack/server-process';
import type { Undo } from '@portcullis/devstack/undo';
import { answers, until } from '@portcullis/devstack/wait';
import { freePort } from '@portcullis/devstack/ports';

/**
 * Starts an nginx before the instances, on a free port of 127.0.0.1. Its defaults decide what is tried again where:
 * a POST never once it was sent.
 * @throws Error when there is no nginx and none can be installed
 */
export const startNginx = async (dir: string, upstreams: readonly number[], undo: Undo): Promise<number> => {
  const nginx = await nginxProgram();
  const folder = join(dir, 'nginx');
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, configuration(folder, port, upstreams));
  const server = await startServerProcess({
    command: nginx,
    args: ['-p', folder, '-c', file, '-e', join(folder, 'error.log')],
    logFile: join(folder, 'nginx.log'),
    cwd: folder,
  });
  undo.add(() => server.killTree());
  await until('nginx listens', async () => {
    if (server.hasEnded()) throw new Error(`nginx ended with ${await server.ended}, see ${folder}`);
    return answers(`http://127.0.0.1:${port}/nginx-is-up`);
  });
  return port;
};

const configuration = (folder: string, port: number, upstreams: readonly number[]): string => `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
events { worker_connections 2048; }
http {
  access_log off;
  # A request of many tokens stays in memory: the folders are this run's alone.
  client_body_buffer_size 1m;
  client_max_body_size 2m;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  upstream instances {
${upstreams.map((upstream) => `    server 127.0.0.1:${upstream} max_fails=1 fail_timeout=1s;`).join('\n')}
    keepalive 64;
  }
  server {
    listen 127.0.0.1:${port};
    location = /nginx-is-up { return 200; }
    location / {
      proxy_pass http://instances;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_connect_timeout 1s;
      proxy_read_timeout 15s;
    }
  }
}
`;
