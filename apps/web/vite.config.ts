import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { readFile } from 'node:fs/promises';
import { defineConfig, type Plugin, type ProxyOptions } from 'vite';

const api = process.env['PORTCULLIS_API_URL'] ?? 'http://127.0.0.1:3000';
const port = Number(process.env['PORT_WEB'] ?? 5173);

// Host stays the browser's: the API compares Origin with its own list, and one origin is what the cookie is bound to.
/** An answer that breaks off behind the proxy breaks off before it, too: an event stream must not seem alive. */
const breakTogether: ProxyOptions['configure'] = (server) => {
  server.on('proxyRes', (behind, _request, before) => {
    behind.once('close', () => {
      if (!behind.complete) before.destroy();
    });
  });
};

const proxy = Object.fromEntries(
  ['/trpc', '/v1', '/.well-known', '/docs', '/openapi.json'].map((path) => [
    path,
    { target: api, changeOrigin: false, configure: breakTogether },
  ]),
);

/** The policy of nginx/snippets/security-headers.conf: what it forbids must show before production. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

const ALONE = '?alone';

/**
 * `import … from 'package?alone'` takes a second copy of a package's entry. A bundler keeps a file whole: what only a
 * late page needs of it would otherwise be part of the first load.
 */
const alone = (): Plugin => ({
  name: 'alone',
  enforce: 'pre',
  async resolveId(source, importer) {
    if (!source.endsWith(ALONE)) return null;
    const found = await this.resolve(source.slice(0, -ALONE.length), importer, { skipSelf: true });
    return found && `${found.id}${ALONE}`;
  },
  load: (id) => (id.endsWith(ALONE) ? readFile(id.slice(0, -ALONE.length), 'utf8') : null),
});

/** Parts of packages that stand in the first page's imports and that only the late subscription link uses. */
const late = /@trpc\/(?:client\/dist\/wsLink|server\/dist\/(?:tracked|codes))/;

/** What is loaded together is one file: it compresses better than its parts, and arrives in one answer. */
const groups = [
  { name: 'first', tags: ['$initial' as const], test: (id: string) => !late.test(id), priority: 2 },
  { name: 'account', test: /src\/pages\/account\//, priority: 0 },
  { name: 'entry', test: /src\/pages\/(?:entry|mailed-links)\//, priority: 1 },
];

export default defineConfig({
  plugins: [alone(), react(), tailwindcss()],
  appType: 'spa',
  server: { port, strictPort: true, host: '127.0.0.1', proxy },
  preview: {
    port,
    strictPort: true,
    host: '127.0.0.1',
    proxy,
    headers: { 'Content-Security-Policy': policy },
  },
  worker: { format: 'es' },
  build: {
    outDir: 'dist',
    target: 'es2023',
    // Nothing is inlined as data: or as script text, so the policy can forbid both.
    assetsInlineLimit: 0,
    // Few files, each for pages that follow one another: nothing has to be preloaded in rows.
    modulePreload: false,
    rolldownOptions: {
      treeshake: { propertyReadSideEffects: false as const },
      output: { codeSplitting: { groups } },
    },
  },
});
