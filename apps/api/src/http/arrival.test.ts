import { describe, expect, test } from 'vitest';
import { fixture, post } from './app.fixture.ts';

describe('who asks', () => {
  const seen = async (peer: string, headers: Record<string, string>, trustProxy: string[] = []) => {
    const keys: string[] = [];
    const limiter = {
      consume: (_rule: string, key: string) => (keys.push(key), Promise.resolve()),
      tryConsume: () => Promise.resolve(true),
      refund: () => Promise.resolve(),
    };
    const { app } = fixture({ settings: { trustProxy }, deps: { limiter } });
    const response = await post(app, 'account.requestPasswordReset', { email: 'a@b.test' }, headers, {
      incoming: { socket: { remoteAddress: peer } },
    });
    return { ip: keys[0], requestId: response.headers.get('x-request-id') };
  };

  test('is the peer, whatever headers say, unless the peer is a trusted proxy', async () => {
    const headers = { 'x-forwarded-for': '198.51.100.1', 'x-request-id': 'from-outside' };
    expect((await seen('192.0.2.1', headers)).ip).toBe('192.0.2.1');
    expect((await seen('192.0.2.1', headers)).requestId).not.toBe('from-outside');
    expect(await seen('10.0.0.1', headers, ['10.0.0.0/8'])).toEqual({
      ip: '198.51.100.1',
      requestId: 'from-outside',
    });
  });

  test('is who asked also when the connection has ended meanwhile', async () => {
    const keys: string[] = [];
    const limiter = {
      consume: (_rule: string, key: string) => (keys.push(key), Promise.resolve()),
      tryConsume: () => Promise.resolve(true),
      refund: () => Promise.resolve(),
    };
    const { app } = fixture({ deps: { limiter } });
    const told = ['192.0.2.1'];
    const socket = {
      get remoteAddress() {
        return told.shift();
      },
    };
    await post(app, 'account.requestPasswordReset', { email: 'a@b.test' }, {}, { incoming: { socket } });
    expect(keys[0]).toBe('192.0.2.1');
  });

  test('a request id that is not one of a proxy is not taken over', async () => {
    expect((await seen('10.0.0.1', { 'x-request-id': '<script>' }, ['10.0.0.0/8'])).requestId).not.toContain(
      'script',
    );
  });

  test.each([
    [{ 'accept-language': 'de' }, 'de'],
    [{ 'accept-language': 'fr-CH, en;q=0.8, de;q=0.9' }, 'de'],
    // What programs send that ask for nothing.
    [{ 'accept-language': '*' }, null],
    [{}, null],
  ])('reads what %j says, and a mail that is asked for knows it', async (headers, language) => {
    const values: unknown[] = [];
    const execute = (_sql: string, given: unknown[]) => (values.push(...given), Promise.resolve([]));
    const write = (_deadlineMs: number, work: (tx: object) => unknown) => Promise.resolve(work({ execute }));
    const { app } = fixture({ deps: { db: { write } } });
    await post(app, 'account.requestEmailVerification', { email: 'a@b.test' }, headers);
    expect(values).toContain(JSON.stringify({ language, browser: null, os: null, ip: null }));
  });
});
