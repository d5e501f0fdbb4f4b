import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createBreachCheck } from './breached-passwords.ts';

const PASSWORD = 'correct-horse-battery-staple-42';
const DIGEST = createHash('sha1').update(PASSWORD).digest('hex').toUpperCase();
const SUFFIX = DIGEST.slice(5);
const OTHER = '0'.repeat(35);

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
let server: Server | null = null;
const asked: IncomingMessage[] = [];

const serving = async (answer: Answer): Promise<string> => {
  const own = createServer((request, response) => {
    asked.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => own.listen(0, '127.0.0.1', resolve));
  server = own;
  return `http://127.0.0.1:${(own.address() as AddressInfo).port}/range`;
};
const stop = () =>
  new Promise<void>((resolve) => {
    server?.closeAllConnections();
    if (server === null) resolve();
    else server.close(() => resolve());
    server = null;
  });

afterEach(async () => {
  await stop();
  asked.length = 0;
});

const checkOf = (url: string, timeoutMs = 30_000) => {
  const outcomes: string[] = [];
  let now = 0;
  const check = createBreachCheck({
    url,
    timeoutMs,
    clock: { monotonicMs: () => now },
    told: (outcome) => outcomes.push(outcome),
  });
  return { check, outcomes, pass: (ms: number) => (now += ms) };
};
const text =
  (body: string, status = 200, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    response.writeHead(status, headers).end(body);

test('a listed password is breached, and the service is told five digits of its hash', async () => {
  const url = await serving(text(`${OTHER}:3\r\n${SUFFIX}:12\r\n`));
  const { check, outcomes } = checkOf(url);
  expect(await check(PASSWORD)).toBe(true);
  expect(outcomes).toEqual(['breached']);
  expect(asked.map(({ method, url: path }) => `${method} ${path}`)).toEqual([
    `GET /range/${DIGEST.slice(0, 5)}`,
  ]);
  expect(asked[0]?.headers['add-padding']).toBe('true');
  expect(JSON.stringify(asked[0]?.rawHeaders)).not.toContain(SUFFIX);
});

test.each([
  ['others are listed', `${OTHER}:3\r\n`],
  ['it is padding', `${SUFFIX}:0\r\n`],
  ['nothing is listed', ''],
])('a password is clean when %s', async (_, body) => {
  const { check, outcomes } = checkOf(await serving(text(body)));
  expect(await check(PASSWORD)).toBe(false);
  expect(outcomes).toEqual(['clean']);
});

test('both spellings of one text are one password (NFC)', async () => {
  const suffix = createHash('sha1').update('Am\u00e9lie').digest('hex').slice(5);
  const { check } = checkOf(await serving(text(`${suffix}:1`)));
  expect(await check('Ame\u0301lie')).toBe(true);
});

describe('nobody is kept from a password by a service', () => {
  test.each<[string, Answer]>([
    ['that answers with an error', text(`${SUFFIX}:9`, 500)],
    ['that limits us', text('', 429)],
    [
      'that sends us elsewhere',
      ({ url }, response) =>
        void (url?.startsWith('/range')
          ? response.writeHead(302, { location: '/elsewhere' }).end()
          : response.end(`${SUFFIX}:9`)),
    ],
    ['that answers with a page', text(`<html>${SUFFIX}:9</html>`)],
    ['whose list is damaged', text(`${SUFFIX}:9\r\nnonsense\r\n`)],
    ['that never ends', (_, response) => void response.writeHead(200).write(`${OTHER}:1\r\n`.repeat(60_000))],
    [
      'that breaks off',
      (_, response) =>
        void response.writeHead(200, { 'content-length': '99' }).write(SUFFIX, () => response.destroy()),
    ],
    ['that hangs up', (request) => void request.socket.destroy()],
  ])('%s', async (_, answer) => {
    const { check, outcomes } = checkOf(await serving(answer));
    expect(await check(PASSWORD)).toBe(false);
    expect(outcomes).toEqual(['unavailable']);
  });

  test('that says nothing within the time', async () => {
    const { check, outcomes } = checkOf(await serving(() => undefined), 50);
    expect(await check(PASSWORD)).toBe(false);
    expect(outcomes).toEqual(['unavailable']);
  });

  test('that begins an answer and goes silent', async () => {
    const { check, outcomes } = checkOf(
      await serving((_, response) => void response.writeHead(200).write(`${SUFFIX}:9\r\n`)),
      50,
    );
    expect(await check(PASSWORD)).toBe(false);
    expect(outcomes).toEqual(['unavailable']);
  });

  test('that is not there; after three failures it is not even asked, until a pause is over', async () => {
    const url = await serving(text(`${SUFFIX}:9`));
    await stop();
    const { check, outcomes, pass } = checkOf(url);
    for (let n = 0; n < 4; n += 1) expect(await check(PASSWORD)).toBe(false);
    expect(outcomes).toEqual(['unavailable', 'unavailable', 'unavailable', 'skipped']);
    pass(30_001);
    expect(await check(PASSWORD)).toBe(false);
    expect(await check(PASSWORD)).toBe(false);
    expect(outcomes.slice(4)).toEqual(['unavailable', 'skipped']);
  });

  test('that is slow while many ask', async () => {
    const waiting: ServerResponse[] = [];
    const { check, outcomes } = checkOf(await serving((_, response) => void waiting.push(response)));
    const first = Array.from({ length: 16 }, () => check(PASSWORD));
    expect(await check(PASSWORD)).toBe(false);
    expect(outcomes).toEqual(['skipped']);
    await vi.waitFor(() => expect(waiting).toHaveLength(16), { timeout: 20_000 });
    for (const response of waiting) response.end(`${SUFFIX}:1`);
    expect(await Promise.all(first)).toEqual(Array(16).fill(true));
  });
});
