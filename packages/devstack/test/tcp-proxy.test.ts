import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTcpProxy, type TcpProxy } from '../src/tcp-proxy.ts';

let received = '';
let echo: ReturnType<typeof createServer>;
let proxy: TcpProxy;
const clients: Socket[] = [];

beforeEach(async () => {
  received = '';
  echo = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      received += bytes;
      socket.write(bytes);
    });
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  proxy = await startTcpProxy({ host: '127.0.0.1', port: (echo.address() as AddressInfo).port });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await proxy.stop();
  echo.close();
  await once(echo, 'close');
});

async function client(): Promise<Socket> {
  const socket = connect(proxy.port, '127.0.0.1');
  clients.push(socket);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** `once(socket, 'close')` would reject at the reset that comes before it. */
function closeOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => (socket.destroyed ? resolve() : socket.once('close', () => resolve())));
}

async function ask(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [reply] = await once(socket, 'data');
  return String(reply);
}

test('passes bytes both ways, later when told so', async () => {
  const socket = await client();
  expect(await ask(socket, 'one')).toBe('one');
  proxy.latency(60);
  const start = performance.now();
  expect(await ask(socket, 'two')).toBe('two');
  expect(performance.now() - start).toBeGreaterThanOrEqual(119);
});

test('a cut after the pattern lets the server act and loses its reply', async () => {
  const socket = await client();
  const fired = proxy.cutAfter('COMMIT', 'toServer');
  let replies = '';
  socket.on('data', (bytes) => (replies += bytes));
  const closed = closeOf(socket);
  socket.write('COM');
  await expect.poll(() => received).toBe('COM');
  socket.write('MIT;');
  await fired;
  await closed;
  await expect.poll(() => received).toBe('COMMIT;');
  expect(replies).not.toContain('MIT;');
  expect(await ask(await client(), 'COMMIT')).toBe('COMMIT');
});

test('what passed before a cut was asked for does not count', async () => {
  const socket = await client();
  expect(await ask(socket, 'COMMIT')).toBe('COMMIT');
  const fired = proxy.cutOn('COMMIT', 'toServer', 'before');
  expect(await ask(socket, 'BEGIN')).toBe('BEGIN');
  const closed = closeOf(socket);
  socket.write('COMMIT');
  await Promise.all([fired, closed]);
  expect(received).toBe('COMMITBEGIN');
});

test('a cut before the pattern keeps it from the server', async () => {
  const socket = await client();
  const fired = proxy.cutOn('COMMIT', 'toServer', 'before');
  const closed = closeOf(socket);
  socket.write('COMMIT');
  await Promise.all([fired, closed]);
  expect(received).toBe('');
});

test('holds the reply to a pattern until mended', async () => {
  const socket = await client();
  const held = proxy.holdReplyTo('COMMIT', 'toServer');
  let replies = '';
  socket.on('data', (bytes) => (replies += bytes));
  socket.write('COMMIT');
  await held;
  await expect.poll(() => received).toBe('COMMIT');
  expect(replies).toBe('');
  proxy.mend();
  await expect.poll(() => replies).toBe('COMMIT');
});

test('cuts, refuses and leaves connections unanswered', async () => {
  const first = await client();
  expect(await ask(first, 'one')).toBe('one');
  const closed = closeOf(first);
  proxy.cut();
  await closed;
  proxy.refuse();
  const second = connect(proxy.port, '127.0.0.1').on('error', () => {});
  await closeOf(second);
  proxy.halfOpen();
  const third = await client();
  third.write('anybody?');
  await expect.poll(() => proxy.connections()).toBe(1);
  expect(received).toBe('one');
  const ended = closeOf(third);
  proxy.mend();
  await ended;
  expect(await ask(await client(), 'two')).toBe('two');
});

test('delays each chunk by its share of the jitter, in order', async () => {
  const socket = await client();
  const shares = [0.9, 0, 0, 0];
  proxy.jitter(100, () => shares.shift() ?? 0);
  const start = performance.now();
  let replies = '';
  socket.on('data', (bytes) => (replies += bytes));
  socket.write('first ');
  await new Promise((resolve) => setImmediate(resolve));
  socket.write('second');
  await expect.poll(() => replies).toBe('first second');
  expect(performance.now() - start).toBeGreaterThanOrEqual(89);
});

test('lets no more bytes pass in a second than the throttle says, and lifting it frees what waited', async () => {
  const socket = await client();
  proxy.throttle(100);
  const start = performance.now();
  expect(await ask(socket, 'x'.repeat(10))).toBe('x'.repeat(10));
  expect(performance.now() - start).toBeGreaterThanOrEqual(199);
  proxy.throttle(0.001);
  const reply = ask(socket, 'y');
  await new Promise((resolve) => setImmediate(resolve));
  expect(received).not.toContain('y');
  proxy.mend();
  expect(await reply).toBe('y');
});

test('a one-way cut loses the bytes of that direction only, and its end resets who lost any', async () => {
  const socket = await client();
  expect(await ask(socket, 'one')).toBe('one');
  proxy.drop('toClient');
  let replies = '';
  socket.on('data', (bytes) => (replies += bytes));
  socket.write('two');
  await expect.poll(() => received).toBe('onetwo');
  expect(replies).toBe('');
  const closed = closeOf(socket);
  // The reply is lost as soon as it reaches the proxy, which shows nowhere: mend until there was a hole to reset.
  await expect
    .poll(() => {
      proxy.mend();
      proxy.drop('toClient');
      return socket.destroyed;
    })
    .toBe(true);
  await closed;
  proxy.mend();
  expect(await ask(await client(), 'three')).toBe('three');
});

test('another target gets the connections from then on, and the open ones are reset', async () => {
  const other = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => socket.write('the other one'));
  });
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  const socket = await client();
  expect(await ask(socket, 'one')).toBe('one');
  const closed = closeOf(socket);
  proxy.retarget({ host: '127.0.0.1', port: (other.address() as AddressInfo).port });
  await closed;
  const second = await client();
  expect(await ask(second, 'who?')).toBe('the other one');
  second.destroy();
  other.close();
});
