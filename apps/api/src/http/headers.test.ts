import { describe, expect, test } from 'vitest';
import { fixture, get, ORIGIN } from './app.fixture.ts';

describe('other origins', () => {
  test('a listed one may read answers, without cookies', async () => {
    const response = await get(fixture().app, '/v1/keys', { origin: 'https://partner.example' });
    expect(response.headers.get('access-control-allow-origin')).toBe('https://partner.example');
    expect(response.headers.has('access-control-allow-credentials')).toBe(false);
    expect(response.headers.get('vary')).toContain('Origin');
  });

  test('a listed one may ask before', async () => {
    const ask = (origin: string) =>
      fixture().app.request('/trpc/session.signIn', {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      });
    const yes = await ask('https://partner.example');
    expect([
      yes.status,
      yes.headers.get('access-control-allow-origin'),
      yes.headers.get('access-control-allow-methods'),
    ]).toEqual([204, 'https://partner.example', 'GET, POST']);
    for (const origin of ['https://evil.test', 'null', ORIGIN]) {
      const no = await ask(origin);
      expect([no.status, no.headers.has('access-control-allow-origin'), no.headers.get('vary')]).toEqual([
        405,
        false,
        'Origin',
      ]);
    }
  });
});
