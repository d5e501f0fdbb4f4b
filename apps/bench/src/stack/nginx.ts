import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nginxProgram } from '@portcullis/devstack/nginx-site';
import { freePort } from '@portcullis/devstack/ports';
import { lastLines, startServerProcess } from '@portcullis/devstack/server-process';
import type { Undo } from '@portcullis/devstack/undo';
import { answers, until } from '@portcullis/devstack/wait';

/**
 * An nginx with one port for each list of upstreams, all in one process: what it costs itself is the same for all.
 * @throws Error when there is no nginx and none can be installed
 */
export const startNginx = async (
  dir: string,
  upstreams: readonly (readonly number[])[],
  undo: Undo,
): Promise<number[]> => {
  const nginx = await nginxProgram();
  const folder = join(dir, 'nginx');
  mkdirSync(folder, { recursive: true });
  const ports = await Promise.all(upstreams.map(() => freePort()));
  const [file, logFile] = [join(folder, 'nginx.conf'), join(folder, 'nginx.log')];
  writeFileSync(file, configuration(folder, ports, upstreams));
  const server = await startServerProcess({
    command: nginx,
    args: ['-p', folder, '-c', file, '-e', join(folder, 'error.log')],
    logFile,
    cwd: folder,
  });
  undo.add(() => server.killTree());
  for (const port of ports)
    await until('nginx listens', () => {
      if (server.hasEnded()) throw new Error(`nginx ended:\n${lastLines(join(folder, 'error.log'))}`);
      return answers(`http://127.0.0.1:${port}/nginx-is-up`);
    });
  return ports;
};

const configuration = (
  folder: string,
  ports: readonly number[],
  upstreams: readonly (readonly number[])[],
): string => `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
events { worker_connections 2048; }
http {
  access_log off;
  keepalive_requests 1000000;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
${ports
  .map(
    (port, index) => `
  upstream instances_${index} {
${(upstreams[index] ?? []).map((upstream) => `    server 127.0.0.1:${upstream};`).join('\n')}
    keepalive 64;
    keepalive_requests 1000000;
  }
  server {
    listen 127.0.0.1:${port};
    location = /nginx-is-up { return 200; }
    location / {
      proxy_pass http://instances_${index};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }
  }`,
  )
  .join('\n')}
}
`;
