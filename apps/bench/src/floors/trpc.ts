// A tRPC query that does nothing, mounted in Hono as the service mounts its own.
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { initTRPC } from '@trpc/server';
import { Hono } from 'hono';
import { listen } from './serve.ts';

const t = initTRPC.create({ isDev: false });
const router = t.router({ nothing: t.procedure.query(() => ({ ok: true })) });

listen(new Hono().all('/trpc/*', (c) => fetchRequestHandler({ endpoint: '/trpc', req: c.req.raw, router })));
