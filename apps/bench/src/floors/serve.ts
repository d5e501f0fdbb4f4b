import { serve } from '@hono/node-server';
import type { Hono } from 'hono';

/** Listens on PORT; ends by SIGTERM through `exit`, which lets V8 write its profile. */
export const listen = (app: Hono): void => {
  app.get('/ready', (c) => c.body(null, 204));
  serve({ fetch: app.fetch, port: Number(process.env['PORT']), hostname: '127.0.0.1' });
  process.on('SIGTERM', () => process.exit(0));
};

/** @throws Error naming the variable when it is not set */
export const required = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
};
