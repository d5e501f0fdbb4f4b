import { Agent, get } from 'node:http';
import { expect, it } from 'vitest';
import { listen } from '../../src/listen.ts';

const LONGER_THAN_ANY_TEST_MS = 600_000;

it('a connection that never rests is told to end, so that a deployment does not wait for its whole grace', async () => {
  const held = new Map<string, () => void>();
  const fetch = async (request: Request) => {
    const { pathname } = new URL(request.url);
    if (pathname !== '/at-once') await new Promise<void>((resolve) => held.set(pathname, resolve));
    return new Response('here');
  };
  const server = await listen(fetch, {
    setting: 'PORT',
    host: '127.0.0.1',
    port: 0,
    requestTimeoutMs: 10_000,
  });
  const agent = () => new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (path: string, over: Agent) =>
    new Promise<string | undefined>((resolve, reject) => {
      get({ host: '127.0.0.1', port: server.port, path, agent: over }, (response) => {
        response.resume();
        response.on('end', () => resolve(response.headers.connection));
      }).on('error', reject);
    });
  const [busy, slow] = [agent(), agent()];
  const first = ask('/first', busy);
  const other = ask('/other', slow);
  await expect.poll(() => held.size).toBe(2);
  const closed = server.close(LONGER_THAN_ANY_TEST_MS);
  held.get('/first')?.();
  expect(await first).toBe('keep-alive');
  // On the same connection, while another request is still under way.
  expect(await ask('/at-once', busy)).toBe('close');
  held.get('/other')?.();
  await other;
  await closed;
});
