import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AuthError } from '../src/errors.ts';
import type { AuthClient } from '../src/types.ts';
import { type Service, START_MS, startService } from './support/service.ts';

let service: Service;
let auth: AuthClient;

beforeAll(async () => {
  service = await startService();
  auth = service.client();
}, START_MS);
afterAll(() => service.stop(), START_MS);

const verdict = async (source: Parameters<AuthClient['verify']>[0], client = auth) => {
  const outcome = await client.verify(source);
  return outcome.ok ? outcome.session.id : outcome.reason;
};

describe('verify against the real service', () => {
  test('takes a session from whatever a framework calls a request', async () => {
    const [cookie, bearer] = [await service.signIn('cookie'), await service.signIn('bearer')];
    for (const who of [cookie, bearer]) {
      const message = new IncomingMessage(new Socket());
      Object.assign(message.headers, who.headers);
      const sources = [
        new Request('http://service.test/', { headers: who.headers }),
        new Headers(who.headers),
        message,
        { headers: who.headers },
        who.token,
      ];
      for (const source of sources) expect(await verdict(source)).toBe(who.sessionId);
    }
    const outcome = await auth.verify(bearer.token);
    expect(outcome).toMatchObject({
      ok: true,
      account: { id: bearer.accountId, emailVerified: true },
      freshness: { level: 'strict', stalenessMs: 0 },
    });
  });

  test('G1 a session that was ended is refused by the very next verification', async () => {
    for (let n = 0; n < 5; n += 1) {
      const who = await service.signIn(n % 2 ? 'cookie' : 'bearer');
      expect(await verdict({ headers: who.headers })).toBe(who.sessionId);
      await service.signOut(who);
      expect(await verdict({ headers: who.headers })).toBe('session_revoked');
    }
  });

  test('tells nobody from somebody who presents what is no session', async () => {
    const [cookie, bearer] = [await service.signIn('cookie'), await service.signIn('bearer')];
    const both = { headers: { ...cookie.headers, ...bearer.headers } };
    expect(await verdict({ headers: {} })).toBe('session_missing');
    expect(await verdict({ headers: { authorization: 'Basic x' } })).toBe('session_missing');
    expect(await verdict(both)).toBe('input_invalid');
    expect(await verdict({ headers: { authorization: `Bearer ${cookie.token}` } })).toBe('token_invalid');
    expect(await verdict({ headers: { cookie: `portcullis=${bearer.token}` } })).toBe('token_invalid');
    expect(await verdict({ headers: { cookie: `__Host-portcullis=${cookie.token}` } })).toBe(
      'session_missing',
    );
    for (const token of [
      'x',
      bearer.token.slice(0, -2),
      `${bearer.token}.x`,
      bearer.token.replace('v4', 'v3'),
    ])
      expect(await verdict(token)).toBe('token_invalid');
  });

  test('garbage never reaches the service', async () => {
    let asked = 0;
    const counting = service.client({
      fetch: (input, init) => {
        asked += typeof input === 'string' && input.endsWith('/v1/verify') ? 1 : 0;
        return fetch(input, init);
      },
    });
    const { token } = await service.signIn();
    const [head, purpose, body = '', footer] = token.split('.');
    const forged = [
      head,
      purpose,
      `${body.slice(0, 4)}${body[4] === 'A' ? 'B' : 'A'}${body.slice(5)}`,
      footer,
    ];
    for (const bad of ['garbage', forged.join('.'), '']) await counting.verify(bad);
    expect(asked).toBe(0);
    expect((await counting.verify(token)).ok).toBe(true);
    expect(asked).toBe(1);
  });

  test('verifications of one moment share a request, and one token is asked about once', async () => {
    const bodies: { tokens: string[] }[] = [];
    const counting = service.client({
      fetch: (input, init) => {
        if (typeof init?.body === 'string') bodies.push(JSON.parse(init.body) as { tokens: string[] });
        return fetch(input, init);
      },
    });
    const people = [];
    for (let n = 0; n < 10; n += 1) people.push(await service.signIn());
    await counting.verify('warm the keys');
    await counting.signatureOnly(people[0]?.token ?? '');
    const outcomes = await Promise.all([...people, ...people].map(({ token }) => counting.verify(token)));
    expect(outcomes.map((one) => one.ok && one.session.id)).toEqual(
      [...people, ...people].map(({ sessionId }) => sessionId),
    );
    expect(bodies.map(({ tokens }) => tokens.length)).toEqual([10]);
  });
});

describe('requireSession', () => {
  test('throws what the service would answer with', async () => {
    const who = await service.signIn();
    expect((await auth.requireSession(who.token)).session.id).toBe(who.sessionId);
    await service.signOut(who);
    const error = await auth.requireSession(who.token).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AuthError);
    const response = (error as AuthError).toResponse();
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(await response.json()).toMatchObject({ status: 401, reason: 'session_revoked' });
  });

  test('asks for a recent proof of the password where that is wanted (RFC 9470)', async () => {
    const { token } = await service.signIn();
    await auth.requireSession(token, { maxAgeSeconds: 60 });
    const error = (await auth
      .requireSession(token, { maxAgeSeconds: -1 })
      .catch((thrown: unknown) => thrown)) as AuthError;
    expect([error.status, error.reason]).toEqual([401, 'step_up_required']);
    expect(error.headers['www-authenticate']).toContain('insufficient_user_authentication');
  });
});

describe('the other calls', () => {
  test('introspection, and the end of a session by its token', async () => {
    const { token, sessionId } = await service.signIn();
    expect(await auth.introspect(token)).toMatchObject({ active: true, sid: sessionId });
    await auth.sessions.end(token);
    expect(await auth.introspect(token)).toEqual({ active: false });
    expect(await verdict(token)).toBe('session_revoked');
  });

  test.each(['cookie', 'bearer'] as const)(
    'people look after their own sessions by %s',
    async (transport) => {
      const [here, there] = [await service.signIn(transport), await service.signIn('bearer')];
      const source = { headers: here.headers };
      const listed = await auth.sessions.list(source);
      expect(listed.find(({ current }) => current)?.id).toBe(here.sessionId);
      expect(await auth.sessions.revoke(source, there.sessionId)).toEqual({ sessionsEnded: 1 });
      expect(await verdict(there.token)).toBe('session_revoked');
      await expect(auth.sessions.revoke(source, 'S'.repeat(43))).rejects.toMatchObject({
        reason: 'not_found',
      });
      await auth.sessions.revokeAll(source);
      await expect(auth.sessions.list(source)).rejects.toMatchObject({
        reason: 'session_revoked',
        status: 401,
      });
    },
  );

  test('signatureOnly knows the signature and not the revocation, as its name says', async () => {
    const who = await service.signIn();
    await service.signOut(who);
    expect(await auth.signatureOnly(who.token)).toMatchObject({ ok: true, sessionId: who.sessionId });
    expect(await auth.signatureOnly('x')).toMatchObject({ ok: false, reason: 'token_invalid' });
    const late = service.client({
      clock: { monotonicMs: () => performance.now(), nowMs: () => Date.now() + 3_600_000 },
    });
    expect(await late.signatureOnly(who.token)).toMatchObject({ ok: false, reason: 'session_expired' });
  });

  test('P10 events tell of revocations, also of those while nobody followed', async () => {
    const over = new AbortController();
    const heard: { id: string; sessionId: string | undefined }[] = [];
    const followed = (async (after?: string) => {
      for await (const event of auth.events({ signal: over.signal, ...(after ? { after } : {}) }))
        if (event.kind === 'revocation') heard.push({ id: event.id, sessionId: event.sessionId });
    })();
    const first = await service.signIn();
    await expect
      .poll(
        async () => {
          const another = await service.signIn();
          await service.signOut(another);
          return heard.length;
        },
        { timeout: 20_000, interval: 300 },
      )
      .toBeGreaterThan(0);
    over.abort();
    await followed;
    const after = heard.at(-1)?.id ?? '';
    await service.signOut(first);
    const again = new AbortController();
    const missed: (string | undefined)[] = [];
    for await (const event of auth.events({ after, signal: again.signal })) {
      if (event.kind === 'revocation') missed.push(event.sessionId);
      if (missed.includes(first.sessionId)) break;
    }
    expect(missed).toContain(first.sessionId);
  });

  test('health says whether a verification would be decided', async () => {
    expect(await auth.health()).toMatchObject({ ok: true, circuit: 'closed', feed: null });
    const wrong = service.client({ clientSecret: 'wrong' });
    expect(await wrong.health()).toMatchObject({ ok: false, cause: 'client_refused' });
  });

  test('after close nothing is decided any more', async () => {
    const closing = service.client();
    const { token } = await service.signIn();
    expect((await closing.verify(token)).ok).toBe(true);
    await closing.close();
    expect(await closing.verify(token)).toMatchObject({ ok: false, decided: false, cause: 'closed' });
  });
});
