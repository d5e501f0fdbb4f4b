import { serve } from '@hono/node-server';

/** Ends by `exit`, which lets V8 write its profile. */
export const listen = (app) => {
  app.get('/ready', (c) => c.body(null, 204));
  serve({ fetch: app.fetch, port: Number(process.env.PORT), hostname: '127.0.0.1' });
  process.on('SIGTERM', () => process.exit(0));
};
