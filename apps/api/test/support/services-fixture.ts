import type { Scope } from '@portcullis/contracts/services';
import { type TestDatabase } from '@portcullis/devstack/test-database';
import { startTestRedis, type TestRedis } from '@portcullis/devstack/test-redis';
import pg from 'pg';
import { expect, vi } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { buildContainer, type Container } from '../../src/container.ts';
import { createApp } from '../../src/http/app.ts';
import { type Listening, listen } from '../../src/listen.ts';
import { seedDemo } from '../../src/services/account/seed-demo.ts';
import { createClient, type NewClient } from '../../src/services/client/create.ts';
import type { RequestContext } from '../../src/services/context.ts';
import { freshDatabase } from './template.ts';

export const DEMO = { email: 'ada@example.test', password: 'correct-horse-battery-staple-42', name: 'Ada' };
export const PUBLIC_URL = 'http://localhost:5173';
const quiet = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

interface SignedIn {
  id: string;
  /** The token, without its transport. */
  token: string;
  cookie: string;
  refreshToken: string;
}

/** The service with its HTTP side on real stores, the demo account, and one client of every scope. */
export interface ServicesFixture {
  redis: TestRedis;
  database: TestDatabase;
  container: Container;
  url: string;
  client: NewClient;
  call(path: string, init?: RequestInit): Promise<Response>;
  basic(client?: Pick<NewClient, 'id' | 'secret'>): { authorization: string };
  makeClient(name: string, scopes: Scope[]): Promise<NewClient>;
  signIn(transport: 'cookie' | 'bearer'): Promise<SignedIn>;
  signOut(session: SignedIn): Promise<void>;
  mutate(path: string, headers: Record<string, string>, input?: object): Promise<Response>;
  verify(tokens: string[], more?: object): Promise<Response>;
  form(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Response>;
  query(sql: string): Promise<Record<string, unknown>[]>;
  ctx(): RequestContext;
  close(): Promise<void>;
}

export const startServices = async (env: Record<string, string> = {}): Promise<ServicesFixture> => {
  const redis = await startTestRedis();
  const database = await freshDatabase();
  const config = loadConfig({
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    PUBLIC_URL,
    PORTCULLIS_ARGON2_MEMORY_KIB: '1024',
    PORTCULLIS_ARGON2_PASSES: '1',
    PORTCULLIS_RATE_LIMITS: 'relaxed',
    ...env,
  });
  const container = await buildContainer(config, { log: quiet });
  await container.start();
  await vi.waitFor(() => expect(container.authority.lease.reachesIndex()).toBe(true), 5_000);
  const { deps, ring, metrics } = container;
  const app = createApp({ deps, settings: { ...config.http, publicUrl: PUBLIC_URL }, keys: ring, metrics });
  const server: Listening = await listen(app.fetch, {
    setting: 'PORT',
    host: '127.0.0.1',
    port: 0,
    requestTimeoutMs: 10_000,
  });
  const ctx = (): RequestContext => ({
    deps,
    requestId: 'test',
    ip: null,
    userAgent: null,
    language: null,
    deadlineMs: deps.clock.monotonicMs() + 10_000,
  });
  await seedDemo(ctx(), DEMO);
  const client = await createClient(ctx(), 'everything', ['verify', 'introspect', 'revoke', 'events']);
  const url = `http://127.0.0.1:${server.port}`;
  const call = (path: string, init: RequestInit = {}) => fetch(`${url}${path}`, init);
  const basic = ({ id, secret }: Pick<NewClient, 'id' | 'secret'> = client) => ({
    authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
  });
  const mutate = (path: string, headers: Record<string, string>, input?: object) =>
    call(`/trpc/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: PUBLIC_URL, ...headers },
      ...(input ? { body: JSON.stringify(input) } : {}),
    });
  const signIn = async (transport: 'cookie' | 'bearer'): Promise<SignedIn> => {
    const { email, password } = DEMO;
    const response = await mutate('session.signIn', {}, { email, password, transport });
    expect(response.status).toBe(200);
    const { result } = (await response.json()) as {
      result: {
        data: { session: { id: string }; tokens?: { accessToken: string; refreshToken: string } };
      };
    };
    const cookie = (response.headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';
    const { session, tokens } = result.data;
    const token = tokens?.accessToken ?? cookie.slice('portcullis='.length);
    return { id: session.id, token, cookie, refreshToken: tokens?.refreshToken ?? '' };
  };
  return {
    redis,
    database,
    container,
    url,
    client,
    call,
    basic,
    mutate,
    signIn,
    ctx,
    makeClient: (name, scopes) => createClient(ctx(), name, scopes),
    signOut: async ({ cookie, token }) => {
      const credential = cookie === '' ? { authorization: `Bearer ${token}` } : { cookie };
      expect((await mutate('session.signOut', credential as Record<string, string>)).status).toBe(200);
    },
    verify: (tokens, more = {}) =>
      call('/v1/verify', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...basic() },
        body: JSON.stringify({ tokens, ...more }),
      }),
    form: (path, fields, headers = basic()) =>
      call(path, { method: 'POST', headers, body: new URLSearchParams(fields) }),
    query: async (sql) => {
      const connection = new pg.Client({ connectionString: database.url });
      await connection.connect();
      try {
        return (await connection.query<Record<string, unknown>>(sql)).rows;
      } finally {
        await connection.end();
      }
    },
    close: async () => {
      await server.close(1_000, () => deps.services.feed.close());
      await container.close();
      await database.drop();
      await redis.finish([/./]);
    },
  };
};
