import { createHash } from 'node:crypto';
import { problemDetails } from '@portcullis/contracts/services';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ClientQuota } from '../../src/services/client/quota.ts';
import { rotateClient } from '../../src/services/client/rotate.ts';
import { setClientDisabled } from '../../src/services/client/set-disabled.ts';
import { DEMO, type ServicesFixture, startServices } from '../support/services-fixture.ts';

let service: ServicesFixture;

beforeAll(async () => {
  service = await startServices({ PORTCULLIS_RATE_LIMITS: 'standard' });
});
afterAll(() => service.close());

const problem = async (response: Response) => problemDetails.parse(await response.json());

describe('client authentication', () => {
  const routes = [
    ['POST', '/v1/verify', 'verify'],
    ['POST', '/v1/introspect', 'introspect'],
    ['POST', '/v1/revoke', 'revoke'],
    ['GET', '/v1/events', 'events'],
  ] as const;

  test.each(routes)(
    '%s %s asks for a client, with its scope, and for nothing else first',
    async (method, path, scope) => {
      const others = (['verify', 'introspect', 'revoke', 'events'] as const).filter((one) => one !== scope);
      const narrow = await service.makeClient(`without-${scope}`, others);
      const { token } = await service.signIn('bearer');
      const wrong = { id: service.client.id, secret: `${service.client.secret.slice(0, -1)}!` };
      const nobody = { id: '0193a000-0000-7000-8000-000000000001', secret: service.client.secret };
      const presented: [string, Record<string, string>, number][] = [
        ['nothing', {}, 401],
        ['a wrong secret', service.basic(wrong), 401],
        ['an unknown client', service.basic(nobody), 401],
        ['no id', service.basic({ id: "' OR true --", secret: 'x' }), 401],
        ['a bearer token', { authorization: `Bearer ${token}` }, 401],
        ['half a pair', { authorization: `Basic ${Buffer.from('half').toString('base64')}` }, 401],
        ['a bad escape', { authorization: `Basic ${Buffer.from('%zz:x').toString('base64')}` }, 401],
        ['another scope', service.basic(narrow), 403],
      ];
      for (const [what, headers, status] of presented) {
        const response = await service.call(path, { method, headers });
        expect([what, response.status]).toEqual([what, status]);
        const details = await problem(response);
        expect(details.reason).toBe(status === 401 ? 'credentials_invalid' : 'forbidden');
        expect(response.headers.get('www-authenticate')).toBe(
          status === 401 ? 'Basic realm="portcullis", charset="UTF-8"' : null,
        );
      }
      const other = await service.call(path, { method: method === 'GET' ? 'POST' : 'GET' });
      expect([other.status, other.headers.get('allow')]).toEqual([405, method]);
    },
  );

  test('a rotated secret is good at once; the old one only as long as the operator said', async () => {
    const client = await service.makeClient('rotating', ['introspect']);
    const status = async (secret: string) =>
      (await service.form('/v1/introspect', { token: 'x' }, service.basic({ id: client.id, secret }))).status;
    expect(await status(client.secret)).toBe(200);
    const second = await rotateClient(service.ctx(), 'rotating', 600);
    expect([await status(second.secret), await status(client.secret)]).toEqual([200, 200]);
    const third = await rotateClient(service.ctx(), 'rotating', 0);
    expect(await status(third.secret)).toBe(200);
    expect([await status(second.secret), await status(client.secret)]).toEqual([401, 401]);
    const fourth = await rotateClient(service.ctx(), 'rotating', 600);
    expect([await status(fourth.secret), await status(third.secret)]).toEqual([200, 200]);
    await service.query(
      `UPDATE portcullis.service_client SET previous_secret_until = now() - interval '1 second' WHERE id = '${client.id}'`,
    );
    await expect.poll(() => status(third.secret), { timeout: 15_000, interval: 250 }).toBe(401);
  });

  test('a disabled client is refused within seconds, an enabled one let in again', async () => {
    const client = await service.makeClient('switching', ['introspect']);
    const status = async () =>
      (await service.form('/v1/introspect', { token: 'x' }, service.basic(client))).status;
    expect(await status()).toBe(200);
    await setClientDisabled(service.ctx(), client.id, true);
    await expect.poll(status, { timeout: 15_000, interval: 250 }).toBe(401);
    await setClientDisabled(service.ctx(), client.id, false);
    expect(await status()).toBe(200);
  });

  test('each client is counted under the name that its operator gave', async () => {
    await service.form('/v1/introspect', { token: 'x' });
    const text = await service.container.metrics.registry.metrics();
    expect(text).toMatch(
      /portcullis_client_requests_total\{client="everything",http_route="\/v1\/introspect",http_response_status_code="200"\} [1-9]/,
    );
    expect(text).not.toContain(service.client.secret);
    expect(text).not.toContain(DEMO.email);
  });
});

test('guessing at secrets is slowed down for the address that guesses, and for no client that knows its own', async () => {
  const wrong = service.basic({ id: service.client.id, secret: 'guess' });
  const guess = async () => (await service.form('/v1/introspect', { token: 'x' }, wrong)).status;
  let tries = 0;
  let status = 401;
  for (; tries < 100 && status === 401; tries += 1) status = await guess();
  expect([status, tries > 20 && tries < 100]).toEqual([429, true]);
  expect((await service.form('/v1/introspect', { token: 'x' })).status).toBe(200);
});

test('a client that asks for more than its quota is told when to come back', async () => {
  const { services, clock } = service.container.deps;
  const ordinary = services.quota;
  services.quota = new ClientQuota({ points: 300, seconds: 600 }, clock);
  try {
    const tokens = Array.from({ length: 150 }, () => 'x');
    for (let n = 0; n < 2; n += 1) expect((await service.verify(tokens)).status).toBe(200);
    const response = await service.verify(['x']);
    expect([response.status, (await problem(response)).reason]).toEqual([429, 'rate_limited']);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    const other = await service.makeClient('within-quota', ['introspect']);
    expect((await service.form('/v1/introspect', { token: 'x' }, service.basic(other))).status).toBe(200);
  } finally {
    services.quota = ordinary;
  }
});

test('the description names every route, holds the contracts themselves, and its page loads nothing', async () => {
  const document = (await (await service.call('/openapi.json')).json()) as {
    openapi: string;
    paths: Record<string, Record<string, object>>;
    components: { schemas: Record<string, { properties?: Record<string, { maxItems?: number }> }> };
  };
  expect(document.openapi).toBe('3.1.0');
  expect(Object.keys(document.paths).toSorted()).toEqual([
    '/v1/events',
    '/v1/introspect',
    '/v1/keys',
    '/v1/revoke',
    '/v1/session',
    '/v1/verify',
  ]);
  const text = JSON.stringify(document);
  for (const [, name = ''] of text.matchAll(/#\/components\/schemas\/(\w+)/g))
    expect(document.components.schemas).toHaveProperty(name);
  for (const [path, methods] of Object.entries(document.paths))
    for (const method of Object.keys(methods))
      expect((await service.call(path, { method: method.toUpperCase() })).status).not.toBe(404);
  const page = await service.call('/docs');
  const markup = await page.text();
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(page.headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; style-src 'sha256-[^']+'/,
  );
  const style = /<style>([\s\S]*?)<\/style>/.exec(markup)?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  expect(page.headers.get('content-security-policy')).toContain(`style-src 'sha256-${hash}'`);
  expect(markup).not.toMatch(/<script|<link|<img|\son\w+=|src=/i);
  expect(markup).toContain('POST /v1/verify');
});
