import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { root, runCommand } from './command.ts';

interface Component {
  name: string;
  version: string;
  purl: string;
  externalReferences?: { hashes?: { alg: string; content: string }[] }[];
}

const script = (name: string, env: Record<string, string> = {}) =>
  runCommand(process.execPath, [join(root, 'scripts', name)], { env: { ...process.env, ...env } });

test('the bill of materials names what runs in production, with the hashes of the lockfile', async () => {
  const { code, stdout } = await script('sbom.ts');
  expect(code).toBe(0);
  const { bomFormat, components } = JSON.parse(stdout) as { bomFormat: string; components: Component[] };
  expect(bomFormat).toBe('CycloneDX');
  const { dependencies } = JSON.parse(readFileSync(join(root, 'apps/api/package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const lockfile = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8');
  for (const [name, version] of Object.entries(dependencies)) {
    if (version.startsWith('workspace:')) continue;
    const found = components.find(({ purl }) => decodeURIComponent(purl) === `pkg:npm/${name}@${version}`);
    const hash = found?.externalReferences
      ?.flatMap(({ hashes = [] }) => hashes)
      .find(({ alg }) => alg === 'SHA-512');
    expect([name, hash?.content]).toEqual([name, expect.stringMatching(/^[0-9a-f]{128}$/)]);
    expect(lockfile).toContain(`sha512-${Buffer.from(hash?.content ?? '', 'hex').toString('base64')}`);
  }
  for (const tool of ['vitest', 'knip', 'turbo'])
    expect(components.map(({ name }) => name)).not.toContain(tool);
});

let registry: Server | null = null;
afterEach(() => {
  registry?.closeAllConnections();
  registry?.close();
  registry = null;
});

const answering = async (status: number, answer: unknown) => {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(status).end(JSON.stringify(answer)));
  });
  registry = server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
};
const auditAt = async (address: string) => {
  const { code, stdout } = await script('audit.ts', { pnpm_config_registry: address });
  return { code, stdout };
};
const advisory = (severity: string) => ({
  hono: [
    {
      id: 1,
      url: 'https://example.test/1',
      title: 'Planted',
      severity,
      vulnerable_versions: '<99.0.0',
      cwe: [],
      cvss: { score: 9, vectorString: null },
    },
  ],
});

test('an audit fails for a grave vulnerability, tells of others, and is no failure where nobody answers', async () => {
  expect(await auditAt(await answering(200, advisory('high')))).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('high\thono\tPlanted') as string,
  });
  expect(await auditAt(await answering(200, advisory('low')))).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('1 known vulnerabilities, 0 of them grave') as string,
  });
  expect(await auditAt(await answering(200, {}))).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('0 known vulnerabilities') as string,
  });
  const unknown = { code: 0, stdout: expect.stringContaining('did not answer') as string };
  expect(await auditAt(await answering(405, {}))).toEqual(unknown);
  registry?.closeAllConnections();
  const address = await answering(200, {});
  await new Promise((resolve) => registry?.close(resolve));
  expect(await auditAt(address)).toEqual(unknown);
}, 120_000);
