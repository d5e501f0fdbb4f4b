import { trace } from '@opentelemetry/api';
import { afterEach, expect, test } from 'vitest';
import { createTestAuth, type TestAuth } from '../src/testing.ts';
import type { Span, Tracer } from '../src/types.ts';

interface Recorded {
  name: string;
  attributes: Record<string, string | number | boolean>;
  failed: boolean;
  ended: boolean;
}

/** Keeps what is recorded. */
const recorder = () => {
  const spans: Recorded[] = [];
  const tracer: Tracer = {
    startActiveSpan: (name, _, work) => {
      const recorded: Recorded = { name, attributes: {}, failed: false, ended: false };
      spans.push(recorded);
      const span: Span = {
        setAttribute: (key, value) => (recorded.attributes[key] = value),
        setStatus: ({ code }) => (recorded.failed = code === 2),
        end: () => (recorded.ended = true),
      };
      return work(span);
    },
  };
  return { spans, tracer };
};

let made: TestAuth | null = null;
afterEach(async () => {
  trace.disable();
  await made?.close();
});

test('each verification is a span that says how it ended and names nobody', async () => {
  const { spans, tracer } = recorder();
  made = createTestAuth({ tracer, retries: 0 });
  const who = made.signIn();
  await made.auth.verify({ headers: who.headers });
  made.revoke({ sessionId: who.sessionId });
  await made.auth.verify({ headers: who.headers });
  made.faults.down = true;
  await made.auth.verify({ headers: who.headers });
  expect(spans).toEqual([
    {
      name: 'portcullis.verify',
      attributes: { 'portcullis.outcome': 'live', 'portcullis.level': 'strict' },
      failed: false,
      ended: true,
    },
    {
      name: 'portcullis.verify',
      attributes: { 'portcullis.outcome': 'session_revoked' },
      failed: false,
      ended: true,
    },
    {
      name: 'portcullis.verify',
      attributes: { 'portcullis.outcome': 'unavailable', 'error.type': 'network' },
      failed: true,
      ended: true,
    },
  ]);
});

test('the tracer of @opentelemetry/api is used where it is installed', async () => {
  const { spans, tracer } = recorder();
  trace.setGlobalTracerProvider({ getTracer: () => tracer as never });
  const auth = (made = createTestAuth());
  await expect
    .poll(async () => {
      await auth.auth.verify({ headers: auth.signIn().headers });
      return spans.length;
    })
    .toBeGreaterThan(0);
});
