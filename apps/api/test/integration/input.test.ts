import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, type HttpClient, httpClient } from '../support/http-client.ts';
import { badValuesFor, fieldsOf, NO_INPUTS, NO_OBJECTS } from '../support/http-client-inputs.ts';
import { outcome, signInAt } from '../support/http-client-people.ts';
import { call, procedures, type Procedure, TABLE } from '../support/http-client-table.ts';
import { type Service, startService } from '../support/service.ts';
import { startStores, type Stores } from '../support/service-stores.ts';

let stores: Stores;
let api: Service;
let client: HttpClient;
let before: unknown;

/** Every row of every table that verbs write, as one text each. */
const everything = async () => {
  const tables = await stores.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
     WHERE schemaname IN ('portcullis', 'graphile_worker') AND tablename NOT IN ('index_lease', 'index_generation') ORDER BY 1`,
  );
  const texts = tables.map(async ({ name }) => [
    name,
    await stores.query(
      `SELECT count(*)::int AS n, md5(string_agg(t::text, '|' ORDER BY t::text)) AS text FROM ${name} t`,
    ),
  ]);
  return Object.fromEntries(await Promise.all(texts)) as object;
};

beforeAll(async () => {
  stores = await startStores();
  api = await startService('serve', stores.env);
  client = await signInAt(api.url, await stores.person());
  before = await everything();
});
afterAll(async () => {
  await api?.stop();
  await stores?.finish();
});

/** Refused as what it is: 400, the field, a request id. */
const refused = (answer: Answer, fields: object) => {
  expect(answer.status).toBe(400);
  expect(answer.error).toMatchObject({ reason: 'input_invalid', fields });
  expect(answer.error?.requestId).toBe(answer.headers.get('x-request-id'));
};
/** The text of an input, in the place where the kind has it. */
const sent = (procedure: Procedure, raw: string) =>
  procedure.type === 'mutation'
    ? client.mutate(procedure.path, undefined, { raw })
    : client.query(procedure.path, undefined, { raw });
const valid = ({ path }: Procedure) => (TABLE[path]?.input?.() ?? {}) as Record<string, unknown>;
const someCode = expect.stringMatching(/^[a-z]+(_[a-z]+)*$/) as string;

/** An address is never so long: the server ends such a request by itself (431). */
const isTooLong = (type: Procedure['type'], input: unknown) =>
  type !== 'mutation' && encodeURIComponent(JSON.stringify(input)).length > 8_000;

describe.each(procedures)('$path', (procedure) => {
  const { path, type } = procedure;
  const fields = fieldsOf(procedure);

  test('names an unknown field', async () => {
    for (const name of ['isAdmin', 'Email', 'toString', 'a.b', '\ud800', 'x'.repeat(500)]) {
      const shown = (name.isWellFormed() ? name : '\ud800').slice(0, 64);
      refused(await call(client, path, { ...valid(procedure), [name]: 1 }), { [shown]: 'unrecognized' });
    }
  });

  test('wants an object', async () => {
    for (const input of NO_OBJECTS) refused(await call(client, path, input), { input: someCode });
  });

  test.each(fields)('names $name when its value is none', async (field) => {
    for (const value of badValuesFor(field)) {
      if (isTooLong(type, value)) continue;
      const answer = await call(client, path, { ...valid(procedure), [field.name]: value });
      refused(answer, { [field.name]: someCode });
      expect(Object.keys(answer.error?.fields ?? {})).toEqual([field.name]);
      expect(answer.text).not.toContain('xxxxxxxx');
    }
  });

  test.each(fields.filter(({ isOptional }) => !isOptional))(
    'names $name when it is missing',
    async ({ name }) => {
      const { [name]: _, ...rest } = valid(procedure);
      refused(await call(client, path, rest), { [name]: 'required' });
    },
  );

  test('refuses what is no JSON, or more than JSON', async () => {
    for (const [what, text] of NO_INPUTS) {
      if (isTooLong(type, text)) continue;
      const answer = await sent(procedure, text);
      expect([what, answer.error?.fields]).toEqual([what, { input: 'malformed' }]);
      refused(answer, {});
    }
  });

  test('refuses whatever its contract refuses, and fails at nothing', async () => {
    const value = fc.oneof(
      { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
      fc.constantFrom('\ud800', '\u0000', 1e308, -0, 'a@b.test', '2026-11-24', 'x'.repeat(5_000)),
      fc.string({ unit: 'binary', maxLength: 60 }),
    );
    const names = [...fields.map(({ name }) => name), 'extra'];
    const input = fc.oneof(
      fc.record(Object.fromEntries(names.map((name) => [name, value])), { requiredKeys: [] }),
      fc.jsonValue({ maxDepth: 4 }),
    );
    await fc.assert(
      fc.asyncProperty(input, async (one) => {
        fc.pre(isRefused(procedure, one));
        const answer = await call(client, path, one);
        expect([answer.status, answer.error?.reason]).toEqual([400, 'input_invalid']);
        expect(Object.keys(answer.error?.fields ?? {}).length).toBeGreaterThan(0);
      }),
      { numRuns: 40 },
    );
  });

  test('is answered only to its own method', async () => {
    const methods =
      type === 'mutation'
        ? ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
        : ['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'];
    for (const method of methods) {
      const send = method === 'POST' ? client.mutate : client.query;
      const answer = await send(path, undefined, { method });
      expect([method, answer.status]).toEqual([method, 405]);
      expect(answer.headers.get('allow')).toMatch(/^(GET|POST)(, POST)?$/);
      if (method !== 'HEAD')
        expect(answer.error).toMatchObject({ reason: 'input_invalid', fields: { method: 'not_allowed' } });
    }
  });
});

const isRefused = ({ schema }: Procedure, input: unknown): boolean => {
  if (schema !== undefined) return !schema.safeParse(JSON.parse(JSON.stringify(input))).success;
  return typeof input !== 'object' || input === null || Array.isArray(input) || Object.keys(input).length > 0;
};

const mutations = procedures.filter(({ type }) => type === 'mutation');

describe.each(mutations)('$path', (procedure) => {
  const { path, schema } = procedure;

  test('refuses other types than JSON (415) and bodies above the limit (413)', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/json; charset=latin1',
      'application/jsonl',
      '',
    ]) {
      const answer = await client.mutate(path, { any: 1 }, { headers: { 'content-type': type } });
      expect([type, answer.status, answer.error]).toMatchObject([
        type,
        415,
        { reason: 'input_invalid', fields: { 'content-type': 'not_allowed' } },
      ]);
    }
    const encoded = await client.mutate(path, {}, { headers: { 'content-encoding': 'gzip' } });
    expect([encoded.status, encoded.error?.fields]).toEqual([415, { 'content-encoding': 'not_allowed' }]);
    const large = await client.mutate(path, { ...valid(procedure), more: 'x'.repeat(70_000) });
    expect([large.status, large.error]).toMatchObject([
      413,
      { reason: 'input_invalid', fields: { input: 'too_long' } },
    ]);
  });

  test('stands alone in its request, or is one of at most ten', async () => {
    const batch = (count: number) => ({
      calls: Array.from({ length: count }, () => path).join(','),
      input: Object.fromEntries(
        Array.from({ length: count }, (_, n) => [n, schema === undefined ? {} : { bad: 1 }]),
      ),
    });
    const [two, eleven] = [batch(2), batch(11)];
    const long = await client.mutate(`${eleven.calls}?batch=1`, eleven.input);
    refused(long, { batch: 'too_long' });
    const pair = await client.mutate(`${two.calls}?batch=1`, two.input);
    const both = JSON.parse(pair.text) as { error: { data: { fields: object } } }[];
    const isAlone = path !== 'account.update' && path !== 'account.requestEmailChange';
    expect(both.map(({ error }) => error.data.fields)).toEqual([
      isAlone ? { batch: 'not_alone' } : expect.objectContaining({ bad: 'unrecognized' }),
      isAlone ? { batch: 'not_alone' } : expect.objectContaining({ bad: 'unrecognized' }),
    ]);
  });
});

test('a cursor that was not handed out is refused, however it is made', async () => {
  const cursors = [
    ['2026-99-99 99:99:99+00', '00000000-0000-7000-8000-000000000000'],
    ['2026-11-24 10:00:00+00', '-'.repeat(36)],
    ['9999999999999999', 'f'.repeat(36)],
    ['99999999999999999999', '00000000-0000-7000-8000-000000000000'],
    ['-1', '00000000-0000-7000-8000-000000000000'],
    [null, null],
    ["'; DROP TABLE portcullis.account; --", '00000000-0000-7000-8000-000000000000'],
    {},
    'text',
    [],
  ].map((value) => Buffer.from(JSON.stringify(value)).toString('base64url'));
  for (const cursor of ['', 'a', '_', randomBytes(40).toString('base64url'), ...cursors])
    refused(await client.query('account.activity', { cursor }), { cursor: 'malformed' });
});

test('bytes that are no text, paths and headers of any kind never become a 500', async () => {
  const send = async (path: string, init: RequestInit) => {
    const response = await fetch(`${api.url}${path}`, init);
    await response.body?.cancel();
    return response.status;
  };
  const json = { 'content-type': 'application/json', origin: 'http://localhost:5173' };
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
      expect(
        await send('/trpc/session.signIn', { method: 'POST', headers: json, body: new Uint8Array(bytes) }),
      ).toBe(400);
    }),
    { numRuns: 100 },
  );
  await fc.assert(
    fc.asyncProperty(fc.webPath(), fc.webQueryParameters(), async (path, search) => {
      const under = `/trpc${path === '' ? '/' : path}?${search}`;
      expect(await send(under, {})).toBeLessThan(500);
    }),
    { numRuns: 100 },
  );
  for (const path of [
    '/trpc/%',
    '/trpc/%00',
    '/trpc/%ff',
    '/trpc/',
    '/trpc',
    '/trpc/account.me,',
    '/trpc/,?batch=1',
    '/trpc/account.me?batch=2',
    '/trpc/account.me?input=%7B%7D&input=%7B%7D',
    '/trpc/__proto__',
    '/trpc/constructor',
    '/trpc/account',
    '/trpc/account.me/',
    '/trpc//account.me',
    '/%2e%2e/trpc/account.me',
  ])
    expect([path, await send(path, {})]).toEqual([
      path,
      expect.toSatisfy((status) => status >= 400 && status < 500),
    ]);
  for (const [name, value] of Object.entries({
    authorization: `Bearer ${'\u00ff'.repeat(50)}`,
    cookie: `portcullis=\u00ff; portcullis=${'x'.repeat(3_000)}`,
    'x-forwarded-for': '999.999.999.999, ::g, unknown',
    'x-request-id': '"><script>',
    'user-agent': '\u00ff'.repeat(5_000),
    'accept-language': ','.repeat(4_000),
    accept: 'application/jsonl',
    range: 'bytes=0-1',
    expect: '100-continue',
  }))
    if (name !== 'expect')
      expect([name, await send('/trpc/account.me', { headers: { [name]: value } })]).toEqual([
        name,
        expect.toSatisfy((status) => status >= 400 && status < 500),
      ]);
});

test('an empty body and an empty object are no input; nothing else is', async () => {
  const nobody = httpClient(api.url);
  for (const { path } of mutations.filter(({ schema }) => schema === undefined)) {
    const bodiless = await nobody.mutate(path, undefined, { headers: { 'content-type': '' } });
    expect([path, outcome(bodiless)]).toEqual([path, '401 session_missing']);
    expect(outcome(await nobody.mutate(path))).toBe('401 session_missing');
    expect(outcome(await nobody.mutate(path, {}))).toBe('401 session_missing');
  }
});

test('after all of this nothing has changed, nobody is signed out, and nothing was logged as a failure', async () => {
  expect(outcome(await client.query('account.me'))).toBe(200);
  expect(await everything()).toEqual(before);
  expect(api.logs().filter(({ level }) => level === 'error')).toEqual([]);
  expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
});
