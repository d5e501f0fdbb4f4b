import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const api = process.env['PORTCULLIS_API_URL'] ?? 'http://127.0.0.1:3000';
const port = Number(process.env['PORT_WEB'] ?? 5173);

// Host stays the browser's: the API compares Origin with its own list, and one origin is what the cookie is bound to.
const proxy = Object.fromEntries(
  ['/trpc', '/v1', '/.well-known', '/docs', '/openapi.json'].map((path) => [
    path,
    { target: api, changeOrigin: false },
  ]),
);

export default defineConfig({
  plugins: [react(), tailwindcss()],
  appType: 'spa',
  server: { port, strictPort: true, host: '127.0.0.1', proxy },
  preview: { port, strictPort: true, host: '127.0.0.1', proxy },
  build: {
    outDir: 'dist',
    target: 'es2023',
    // Nothing is inlined as data: or as script text, so the policy can forbid both.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
