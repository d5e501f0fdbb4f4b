import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from './support/ask.ts';
import { bundle } from './support/bundle.ts';
import { type Door, doorPorts, openDoor } from './support/door.ts';
import { type Fleet, type Process, runProgram, sourceMain, startFleet } from './support/fleet.ts';
import { openEvents } from './support/events.ts';

const PASSWORD = 'seven quiet lanterns 41';
const JSON_TYPE = { 'content-type': 'application/json' };

let fleet: Fleet;
let door: Door;
let instances: [Process, Process];

beforeAll(async () => {
  const ports = await doorPorts();
  fleet = await startFleet(`https://localhost:${ports.https}`);
  instances = [await fleet.start('serve'), await fleet.start('serve')];
  door = await openDoor(
    ports,
    instances.map(({ port }) => port),
    bundle().web,
  );
});

afterAll(async () => {
  await door?.stop();
  await fleet?.stop();
});

const call = (procedure: string, input: object, headers: Record<string, string> = {}) =>
  door.ask(`/trpc/${procedure}`, {
    method: 'POST',
    headers: { ...JSON_TYPE, ...headers },
    body: JSON.stringify(input),
  });

const signIn = async (email: string): Promise<string> => {
  const answer = await call('session.signIn', { email, password: PASSWORD, transport: 'bearer' });
  expect(answer.status, answer.text).toBe(200);
  return (answer.json() as { result: { data: { tokens: { accessToken: string } } } }).result.data.tokens
    .accessToken;
};

/** What a client of the service presents, from the command that an operator runs. */
const serviceClient = async (): Promise<string> => {
  const args = [sourceMain, 'clients', 'create', `door-${randomBytes(4).toString('hex')}`, '--json'];
  const { id, secret } = JSON.parse(await runProgram(args, fleet.env)) as { id: string; secret: string };
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
};

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('the configuration', () => {
  test('is accepted by nginx without a word', () => {
    expect(door.judgement).toBe('');
  });
});

describe('pages', () => {
  const everywhere = {
    'strict-transport-security': 'max-age=63072000; includeSubDomains',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'x-frame-options': 'DENY',
  };
  const asset = () =>
    `/assets/${readdirSync(join(bundle().web, 'assets')).find((name) => name.endsWith('.js'))}`;

  test('any address that is no file is the client, asked for anew each time', async () => {
    for (const path of ['/', '/sessions', '/reset-password']) {
      const page = await door.ask(path);
      expect([path, page.status, page.headers['content-type']]).toEqual([
        path,
        200,
        'text/html; charset=utf-8',
      ]);
      expect(page.headers['cache-control']).toBe('no-cache');
      expect(page.text).toContain('<div id="root">');
    }
  });

  test('a file whose name holds its hash is kept for ever, one that is missing is no page and not kept', async () => {
    const file = await door.ask(asset());
    expect([file.status, file.headers['content-type']]).toEqual([200, 'text/javascript; charset=utf-8']);
    expect(file.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    const missing = await door.ask('/assets/none-00000000.js');
    expect([missing.status, missing.headers['cache-control']]).toEqual([404, undefined]);
  });

  test('every answer carries the security headers, refusals of nginx too', async () => {
    const answers = await Promise.all([
      door.ask('/'),
      door.ask(asset()),
      door.ask('/assets/none.js'),
      door.ask('/.env'),
      door.ask('/', { method: 'POST' }),
      door.ask('/trpc/session.signIn', { method: 'POST', headers: JSON_TYPE, body: 'x'.repeat(200_000) }),
      door.ask('/v1/session'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 404, 404, 405, 413, 401]);
    for (const { headers, status } of answers) {
      const { 'x-frame-options': _, ...always } = everywhere;
      expect([status, headers]).toMatchObject([status, always]);
      expect([status, headers['content-security-policy']]).toEqual([
        status,
        expect.stringMatching(/default-src 'none'.*frame-ancestors 'none'/),
      ]);
      expect(headers['server'] ?? 'nginx').toBe('nginx');
    }
  });

  test('the page needs nothing that its policy forbids: no script and no style stands in it', async () => {
    const { text } = await door.ask('/');
    expect(text).not.toMatch(/<script(?![^>]*\ssrc=)/);
    expect(text).not.toMatch(/<style|\sstyle=|javascript:|\son\w+=/);
  });

  test('files whose names begin with a dot stay inside', async () => {
    for (const path of ['/.env', '/.sources', '/assets/.git/config'])
      expect([path, (await door.ask(path)).status]).toEqual([path, 404]);
  });
});

describe('without TLS', () => {
  test('a page leads to the same address under https, whatever Host says', async () => {
    const answer = await door.askPlain('/sessions?a=1', { headers: { host: 'evil.example' } });
    expect([answer.status, answer.headers.location]).toEqual([308, `${door.origin}/sessions?a=1`]);
  });

  test('the API refuses and leads nowhere', async () => {
    for (const path of ['/trpc/session.signIn', '/v1/session', '/openapi.json', '/docs']) {
      const answer = await door.askPlain(path, { method: 'POST', headers: JSON_TYPE, body: '{}' });
      expect([path, answer.status, answer.headers.location]).toEqual([path, 403, undefined]);
      expect(answer.json()).toMatchObject({ reason: 'forbidden', status: 403 });
    }
  });
});

describe('calls', () => {
  test('a cookie that was set through the door is Secure, host-only and works', async () => {
    const { email, accountId } = await fleet.person(PASSWORD);
    const signedIn = await call('session.signIn', { email, password: PASSWORD }, { origin: door.origin });
    const cookie = signedIn.headers['set-cookie']?.find((one) => one.startsWith('__Host-portcullis='));
    expect(cookie).toMatch(/; Path=\/; .*HttpOnly.*Secure|; Secure/i);
    const session = await door.ask('/v1/session', { headers: { cookie: cookie?.split(';')[0] ?? '' } });
    expect([session.status, session.headers['x-account-id']]).toEqual([204, accountId]);
  });

  test('G1: what was revoked through the door is refused by both instances on the next request', async () => {
    const { email } = await fleet.person(PASSWORD);
    const [one, two] = [await signIn(email), await signIn(email)];
    const asked = () =>
      Promise.all(
        instances.flatMap(({ origin }) =>
          [one, two].map((token) =>
            fetch(`${origin}/v1/session`, { headers: bearer(token) }).then(({ status }) => status),
          ),
        ),
      );
    expect(await asked()).toEqual([204, 204, 204, 204]);
    const revoked = await call('session.revokeAll', {}, bearer(one));
    expect(revoked.json()).toMatchObject({ result: { data: { sessionsEnded: 2 } } });
    expect(await asked()).toEqual([401, 401, 401, 401]);
  });

  test('nobody chooses the address or the request id under which he is known', async () => {
    const { email } = await fleet.person(PASSWORD);
    const lies = {
      'x-forwarded-for': '203.0.113.7',
      'x-real-ip': '203.0.113.7',
      forwarded: 'for=203.0.113.7',
      'x-request-id': 'chosen-by-the-client',
    };
    const answer = await call('session.signIn', { email, password: PASSWORD, transport: 'bearer' }, lies);
    const { accessToken } = (answer.json() as { result: { data: { tokens: { accessToken: string } } } })
      .result.data.tokens;
    const list = await door.ask('/trpc/session.list', { headers: bearer(accessToken) });
    expect(list.json()).toMatchObject({ result: { data: { sessions: [{ ip: '127.0.0.1' }] } } });
    const id = answer.headers['x-request-id'];
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    const [line] = await until(
      async () => door.log().filter(({ requestId }) => requestId === id),
      (lines) => lines.length > 0,
    );
    expect(line).toMatchObject({ client: '127.0.0.1', path: '/trpc/session.signIn', status: 200 });
  });

  test('the access log holds paths and no queries', async () => {
    await door.ask('/trpc/account.activity?input=%7B%22cursor%22%3A%22looked-for%22%7D');
    await door.ask('/reset-password?token=looked-for');
    const lines = await until(
      async () => door.log(),
      (all) => all.some(({ path }) => path === '/reset-password'),
    );
    expect(JSON.stringify(lines)).not.toContain('looked-for');
  });

  test('a body that is too large is explained by the API, one far too large by nginx in the same words', async () => {
    for (const size of [70_000, 300_000]) {
      const answer = await call('session.signIn', { email: 'x'.repeat(size), password: 'y' });
      expect([size, answer.status, answer.json()]).toMatchObject([
        size,
        413,
        {
          error: {
            code: -32013,
            data: { reason: 'input_invalid', code: 'PAYLOAD_TOO_LARGE', httpStatus: 413 },
          },
        },
      ]);
    }
  });

  test('other services verify a full batch of tokens, and one that is too large is a problem (RFC 9457)', async () => {
    const { email } = await fleet.person(PASSWORD);
    const token = await signIn(email);
    const client = await serviceClient();
    const verify = (tokens: string[]) =>
      door.ask('/v1/verify', {
        method: 'POST',
        headers: { ...JSON_TYPE, authorization: client },
        body: JSON.stringify({ tokens }),
      });
    const longest = 'x'.repeat(2_048);
    const full = await verify([token, ...Array.from({ length: 255 }, () => longest)]);
    expect(full.status, full.text).toBe(200);
    expect(full.text.match(/"active":true/g)).toHaveLength(1);
    const tooLarge = await verify(Array.from({ length: 400 }, () => longest));
    expect([tooLarge.status, tooLarge.headers['content-type']]).toEqual([413, 'application/problem+json']);
    expect(tooLarge.json()).toMatchObject({ status: 413, reason: 'input_invalid' });
  });

  test('the ops port is not reachable', async () => {
    for (const path of ['/metrics', '/readyz', '/livez', '/trpc/../metrics', '/v1/../metrics']) {
      const { text } = await door.ask(path);
      expect(text).not.toMatch(/portcullis_session_checks_total|"checks"/);
    }
  });
});

describe('events', () => {
  test('arrive while the stream is open, from the instance that the stream is not on', async () => {
    const { email } = await fleet.person(PASSWORD);
    const [watching, other] = [await signIn(email), await signIn(email)];
    const stream = await openEvents(door, '/trpc/session.events', `Bearer ${watching}`);
    try {
      await stream.until(/event: ?connected/);
      for (const { origin } of instances) {
        const token = await signIn(email);
        const ended = await fetch(`${origin}/trpc/session.signOut`, {
          method: 'POST',
          headers: { ...JSON_TYPE, ...bearer(token) },
        });
        expect(ended.status).toBe(200);
      }
      await stream.until(/session_revoked[\s\S]*session_revoked/);
      expect((await call('session.revokeAll', {}, bearer(other))).status).toBe(200);
      await stream.ended;
    } finally {
      stream.close();
    }
  });

  test('the feed for other services comes through as it happens', async () => {
    const { email, accountId } = await fleet.person(PASSWORD);
    const token = await signIn(email);
    const stream = await openEvents(door, '/v1/events', await serviceClient());
    try {
      await stream.until(/event: heartbeat/);
      expect((await call('session.revokeAll', {}, bearer(token))).status).toBe(200);
      await stream.until(new RegExp(`event: revocation\\ndata: .*${accountId}`));
    } finally {
      stream.close();
    }
  });
});
