import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findSystemProgram } from './system-package.ts';

export interface NginxSite {
  /** Of the copy of the repository's `nginx/`. */
  folder: string;
  /** Ports of the instances on loopback. */
  instances: readonly number[];
  /** The folder of the built client. */
  client: string;
  /** Lines of the two servers. */
  http: readonly string[];
  https: readonly string[];
}

/** Writes what a deployment writes; every other file is the repository's own. */
export const writeNginxSite = ({ folder, instances, client, http, https }: NginxSite): void => {
  const files: Record<string, readonly string[]> = {
    'process.conf': [`pid ${folder}/nginx.pid;`, 'error_log stderr warn;'],
    'files.conf': [
      ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (name) => `${name}_temp_path ${folder}/${name};`,
      ),
      `access_log ${folder}/access.log portcullis;`,
    ],
    'upstream.conf': instances.map((port) => `server 127.0.0.1:${port} max_fails=1 fail_timeout=2s;`),
    'http.conf': http,
    'https.conf': [
      ...https,
      `ssl_certificate ${folder}/fullchain.pem;`,
      `ssl_certificate_key ${folder}/privkey.pem;`,
    ],
    'client.conf': [`root ${client};`, 'index index.html;'],
  };
  for (const [name, lines] of Object.entries(files))
    writeFileSync(join(folder, 'site', name), `${lines.join('\n')}\n`);
};

/** The nginx that `npm test` found, or one that is here or can be installed. @throws Error with the command that brings it */
export const nginxProgram = async (): Promise<string> => {
  const given = process.env['PORTCULLIS_TEST_NGINX'];
  if (given) return given;
  const found = await findSystemProgram('nginx');
  if ('path' in found) return found.path;
  throw new Error(`${found.reason}; what brings it: ${found.command}`);
};
