import { describe, expect, test } from 'vitest';
import { createOpsApp, type DependencyState } from './ops.ts';

const app = (checks: Record<string, DependencyState>) =>
  createOpsApp({
    readiness: () => Promise.resolve(checks),
    metrics: { metrics: () => 'portcullis_up 1\n', contentType: 'text/plain; version=0.0.4' },
  });

describe('the ops port', () => {
  test('lives as long as it answers', async () => {
    const response = await app({ postgres: { status: 'failed' } }).request('/livez');
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
  });

  test.each([
    ['ok', 200, { postgres: { status: 'ok' as const } }],
    [
      'degraded',
      200,
      { postgres: { status: 'ok' as const }, redis: { status: 'degraded' as const, detail: 'away' } },
    ],
    [
      'failed',
      503,
      {
        redis: { status: 'degraded' as const },
        postgres: { status: 'failed' as const, detail: 'does not answer' },
      },
    ],
  ])('tells each dependency: %s', async (status, code, checks) => {
    const response = await app(checks).request('/readyz');
    expect([response.status, await response.json()]).toEqual([code, { status, checks }]);
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  test('gives the metrics in their own type', async () => {
    const response = await app({}).request('/metrics');
    expect([response.headers.get('content-type'), await response.text()]).toEqual([
      'text/plain; version=0.0.4',
      'portcullis_up 1\n',
    ]);
  });

  test('has nothing else, and shows nothing of a failure', async () => {
    expect((await app({}).request('/')).status).toBe(404);
    const broken = createOpsApp({
      readiness: () => Promise.reject(new Error('inner')),
      metrics: { metrics: () => '', contentType: 'text/plain' },
    });
    const response = await broken.request('/readyz');
    expect([response.status, await response.text()]).toEqual([500, '{"status":"failed"}']);
  });
});
