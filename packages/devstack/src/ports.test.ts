import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePort } from './ports.ts';

test('ports without a preference are none that the system gives to outgoing connections, and each is another', async () => {
  const ports = await Promise.all(Array.from({ length: 1_000 }, () => freePort()));
  expect(Math.max(...ports)).toBeLessThan(32_768);
  expect(new Set(ports).size).toBe(ports.length);
});

test('a preferred port that is taken moves to the next free one', async () => {
  const server = createServer();
  const taken = await freePort();
  await new Promise<void>((resolve) => server.listen(taken, '127.0.0.1', resolve));
  const next = await freePort(taken);
  expect(next).toBeGreaterThan(taken);
  expect(next).toBeLessThan(taken + 200);
  await new Promise((resolve) => server.close(resolve));
});
