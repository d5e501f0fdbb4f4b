// Builds what is published: one JavaScript file an entry with the contracts bundled in, the declarations that the
// entries reach, and the API document made from them.
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { apiDocument } from './api-document.ts';

const ENTRIES = ['client', 'hono', 'express', 'fastify', 'trpc', 'node', 'testing'];
const root = import.meta.dirname;
const dist = join(root, 'dist');

rmSync(dist, { recursive: true, force: true });
await buildCode();
buildTypes();
writeFileSync(join(dist, 'THIRD-PARTY.md'), thirdParty());
writeFileSync(join(dist, 'API.md'), apiDocument(dist, ENTRIES));

async function buildCode(): Promise<void> {
  const bundle = await rolldown({
    input: Object.fromEntries(ENTRIES.map((name) => [name, join(root, `src/${name}.ts`)])),
    // Frameworks are the user's own; everything else that is imported is part of the package.
    external: [/^node:/, 'hono', '@trpc/server', '@opentelemetry/api'],
    platform: 'node',
    treeshake: true,
  });
  await bundle.write({
    dir: dist,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    minify: { mangle: false, compress: true, codegen: { removeWhitespace: true } },
  });
  await bundle.close();
}

/** Declarations name other files of the package as their JavaScript; those that no entry reaches stay out. */
function buildTypes(): void {
  const tsc = join(root, '../../node_modules/.bin/tsc');
  execFileSync(tsc, ['-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' });
  const reached = new Set<string>();
  const waiting = ENTRIES.map((name) => join(dist, `${name}.d.ts`));
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    const text = readFileSync(file, 'utf8').replaceAll(/(from '\.[^']*)\.ts'/g, "$1.js'");
    writeFileSync(file, text);
    for (const [, path = ''] of text.matchAll(/from '(\.[^']*)\.js'/g))
      waiting.push(resolve(dirname(file), `${path}.d.ts`));
    if (/from '@portcullis\//.test(text)) throw new Error(`${file} names a package that is not published`);
  }
  for (const file of globSync(join(dist, '**/*.d.ts'))) if (!reached.has(file)) rmSync(file);
  for (const file of reached) if (!existsSync(file)) throw new Error(`${file} is missing`);
}

/** What is bundled is passed on with its licence. */
function thirdParty(): string {
  const contracts = createRequire(import.meta.url).resolve('@portcullis/contracts/services');
  const zod = createRequire(contracts).resolve('zod/package.json');
  return `# zod\n\n${readFileSync(join(dirname(zod), 'LICENSE'), 'utf8')}`;
}
