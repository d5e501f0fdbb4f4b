import { Hono } from 'hono';

/** Whether one thing that the process depends on lets it do its work; `degraded` is slower or narrower, but correct. */
export interface DependencyState {
  status: 'ok' | 'degraded' | 'failed';
  detail?: string;
}

export interface OpsParts {
  /** Asks each dependency now; one that has failed makes the process not ready. */
  readiness: () => Promise<Record<string, DependencyState>>;
  metrics: { metrics(): Promise<string> | string; contentType: string };
}

/** Liveness, readiness and metrics, on a port of their own that no proxy leads to. */
export const createOpsApp = ({ readiness, metrics }: OpsParts): Hono => {
  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    c.res.headers.set('cache-control', 'no-store');
    c.res.headers.set('x-content-type-options', 'nosniff');
  });
  app.get('/livez', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', async (c) => {
    const checks = await readiness();
    const status = worstOf(Object.values(checks));
    return c.json(
      { status, checks },
      status === 'failed' ? 503 : 200,
      status === 'failed' ? { 'retry-after': '1' } : {},
    );
  });
  app.get('/metrics', async (c) =>
    c.body(await metrics.metrics(), 200, { 'content-type': metrics.contentType }),
  );
  app.notFound((c) => c.json({ status: 'not_found' }, 404));
  app.onError((_error, c) => c.json({ status: 'failed' }, 500));
  return app;
};

const worstOf = (states: readonly DependencyState[]): DependencyState['status'] =>
  (['failed', 'degraded'] as const).find((worse) => states.some(({ status }) => status === worse)) ?? 'ok';
