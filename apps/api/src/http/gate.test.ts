import { describe, expect, test } from 'vitest';
import { COOKIE, fixture, get, OURS, post, refusalIn, signInInput } from './app.fixture.ts';

const NO_ORIGIN = { origin: '', 'sec-fetch-site': '' };
const BEARER = { authorization: 'Bearer v4.public.bearer' };
const signIn = signInInput();

interface Case {
  rule: string;
  path?: string;
  body?: unknown;
  headers?: Record<string, string>;
  status: number;
}

const cases: Case[] = [
  { rule: 'a call of our own page', status: 200 },
  { rule: 'the type in other letters', headers: { 'content-type': 'Application/JSON' }, status: 200 },
  {
    rule: 'the type with its charset',
    headers: { 'content-type': 'application/json; charset=UTF-8' },
    status: 200,
  },
  { rule: 'a longer type', headers: { 'content-type': 'application/json-x' }, status: 415 },
  { rule: 'another charset', headers: { 'content-type': 'application/json;charset=utf-7' }, status: 415 },
  { rule: 'two types', headers: { 'content-type': 'application/json, text/plain' }, status: 415 },
  { rule: 'a form with text', headers: { 'content-type': 'text/plain' }, status: 415 },
  { rule: 'a form with files', headers: { 'content-type': 'multipart/form-data; boundary=x' }, status: 415 },
  { rule: 'a form', headers: { 'content-type': 'application/x-www-form-urlencoded' }, status: 415 },
  { rule: 'bytes', headers: { 'content-type': 'application/octet-stream' }, status: 415 },
  { rule: 'a compressed body', headers: { 'content-encoding': 'gzip' }, status: 415 },
  { rule: 'an uncompressed body that says so', headers: { 'content-encoding': 'identity' }, status: 200 },
  {
    rule: 'a body above the limit',
    body: JSON.stringify({ ...signIn, password: 'x'.repeat(70_000) }),
    status: 413,
  },
  {
    rule: 'a size above the limit that is only announced',
    headers: { 'content-length': '70000' },
    status: 413,
  },
  { rule: 'no JSON', body: '{', status: 400 },
  { rule: 'a byte order mark', body: `\uFEFF${JSON.stringify(signIn)}`, status: 400 },
  { rule: 'a key twice', body: '{"email":"a@b.test","email":"c@d.test","password":"x"}', status: 400 },
  {
    rule: 'a key twice, spelled differently',
    body: '{"email":"a@b.test","\\u0065mail":"c@d.test","password":"x"}',
    status: 400,
  },
  {
    rule: 'a prototype',
    body: '{"__proto__":{"isAdmin":true},"email":"a@b.test","password":"x"}',
    status: 400,
  },
  { rule: 'a constructor', body: '{"email":{"constructor":{"prototype":1}}}', status: 400 },
  { rule: 'depth', body: '['.repeat(9) + ']'.repeat(9), status: 400 },
  { rule: 'no origin', headers: NO_ORIGIN, status: 403 },
  { rule: 'the origin null', headers: { origin: 'null' }, status: 403 },
  {
    rule: 'an origin that begins like ours',
    headers: { origin: 'https://portcullis.example.evil.test' },
    status: 403,
  },
  { rule: 'our origin without TLS', headers: { origin: 'http://portcullis.example' }, status: 403 },
  { rule: 'our origin on another port', headers: { origin: 'https://portcullis.example:8443' }, status: 403 },
  { rule: 'our origin with a trailing dot', headers: { origin: 'https://portcullis.example.' }, status: 403 },
  { rule: 'our origin, but from another site', headers: { 'sec-fetch-site': 'cross-site' }, status: 403 },
  { rule: 'our origin, but from a sibling', headers: { 'sec-fetch-site': 'same-site' }, status: 403 },
  { rule: 'our origin, no word about the site', headers: { 'sec-fetch-site': '' }, status: 200 },
  { rule: 'the same site, but another origin', headers: { origin: 'https://partner.example' }, status: 403 },
  {
    rule: 'tokens instead of a cookie, no origin',
    body: signInInput({ transport: 'bearer' }),
    headers: NO_ORIGIN,
    status: 200,
  },
  {
    rule: 'tokens instead of a cookie, but a cookie came along',
    body: signInInput({ transport: 'bearer' }),
    headers: { ...NO_ORIGIN, ...COOKIE },
    status: 403,
  },
  {
    rule: 'the name of a cookie that does not count here',
    body: signInInput({ transport: 'bearer' }),
    headers: { ...NO_ORIGIN, cookie: 'portcullis=x' },
    status: 200,
  },
  { rule: 'a sign-up without an origin', path: 'account.signUp', headers: NO_ORIGIN, status: 403 },
  { rule: 'a sign-up of our page', path: 'account.signUp', status: 200 },
  {
    rule: 'a confirmation without an origin',
    path: 'account.verifyEmail',
    body: { token: 't'.repeat(43) },
    headers: NO_ORIGIN,
    status: 403,
  },
  {
    rule: 'a sign-out by cookie without an origin',
    path: 'session.signOut',
    body: undefined,
    headers: { ...NO_ORIGIN, ...COOKIE },
    status: 403,
  },
  {
    rule: 'a sign-out by token without an origin',
    path: 'session.signOut',
    body: undefined,
    headers: { ...NO_ORIGIN, ...BEARER },
    status: 200,
  },
  {
    rule: 'a sign-out by token from anywhere',
    path: 'session.signOut',
    body: undefined,
    headers: { origin: 'https://evil.test', ...BEARER },
    status: 200,
  },
  {
    rule: 'a reset without a cookie, no origin',
    path: 'account.requestPasswordReset',
    body: { email: 'a@b.test' },
    headers: NO_ORIGIN,
    status: 200,
  },
  {
    rule: 'cookie and token',
    path: 'session.signOut',
    body: undefined,
    headers: { ...COOKIE, ...BEARER },
    status: 400,
  },
  {
    rule: 'two cookies of the name',
    path: 'session.signOut',
    body: undefined,
    headers: { cookie: '__Host-portcullis=a; __Host-portcullis=b' },
    status: 400,
  },
  {
    rule: 'no type with an empty body',
    path: 'session.signOut',
    body: undefined,
    headers: { ...COOKIE, 'content-type': '' },
    status: 200,
  },
  { rule: 'no type with a body', headers: { 'content-type': '' }, status: 415 },
  {
    rule: 'the cookie of a sign-up beside a token, without an origin',
    path: 'account.verifyEmail',
    body: { token: 't'.repeat(43) },
    headers: { ...NO_ORIGIN, ...BEARER, cookie: '__Host-portcullis-registration=x' },
    status: 403,
  },
  {
    rule: 'an empty object where no input is taken',
    path: 'session.revokeAll',
    body: {},
    headers: COOKIE,
    status: 200,
  },
  {
    rule: 'input where none is taken',
    path: 'session.revokeAll',
    body: { all: true },
    headers: COOKIE,
    status: 400,
  },
  {
    rule: 'null where none is taken',
    path: 'session.revokeOthers',
    body: 'null',
    headers: COOKIE,
    status: 400,
  },
  { rule: 'a list where none is taken', path: 'session.signOut', body: [], headers: COOKIE, status: 400 },
  { rule: 'no input where some is taken', body: '', status: 400 },
  {
    rule: 'another method in a header',
    path: 'account.me',
    headers: { ...COOKIE, 'x-http-method-override': 'GET' },
    status: 405,
  },
  { rule: 'another method in the query', path: 'account.me?_method=GET', headers: COOKIE, status: 405 },
  { rule: 'a stream of JSON', headers: { 'trpc-accept': 'application/jsonl' }, status: 400 },
  { rule: 'a list instead of a batch', path: 'session.signIn?batch=1', body: [signIn], status: 400 },
  { rule: 'an index of no call', path: 'session.signIn?batch=1', body: { 1: signIn }, status: 400 },
  { rule: 'an odd index', path: 'session.signIn?batch=1', body: '{"-1":{}}', status: 400 },
  { rule: 'an index twice', path: 'session.signIn?batch=1', body: '{"0":{},"0":{}}', status: 400 },
  {
    rule: 'a batch of eleven',
    path: `${Array(11).fill('session.signIn').join()}?batch=1`,
    body: {},
    status: 400,
  },
  { rule: 'a batch of two kinds', path: 'account.me,session.signOut?batch=1', body: {}, status: 400 },
  { rule: 'a batch said twice', path: 'session.signIn?batch=1&batch=0', body: {}, status: 400 },
  { rule: 'a batch of another word', path: 'session.signIn?batch=true', body: {}, status: 400 },
  {
    rule: 'sign-ins for tokens and for a cookie in one batch, no origin',
    path: 'session.signIn,session.signIn?batch=1',
    body: { 0: signInInput({ transport: 'bearer' }), 1: signIn },
    headers: NO_ORIGIN,
    status: 403,
  },
  { rule: 'a slash behind the name', path: 'session.signIn/', headers: NO_ORIGIN, status: 404 },
  { rule: 'an unknown procedure', path: 'session.nothing', status: 404 },
  { rule: 'a procedure of every object', path: '__proto__', status: 404 },
  { rule: 'a malformed escape', path: '%zz', status: 400 },
  { rule: 'an escape of no text', path: '%ff', status: 400 },
];

describe('the gate', () => {
  test.each(cases)('$rule: $status', async (row) => {
    const { path = 'session.signIn', headers = {}, status } = row;
    const { app } = fixture({ signIn: { remember: false, transport: 'bearer' } });
    const response = await post(app, path, 'body' in row ? row.body : signIn, headers);
    expect(response.status).toBe(status);
    if (status === 200) return;
    const refusal =
      path.includes('batch=1') && status === 400 ? await anyRefusalIn(response) : await refusalIn(response);
    expect(refusal['reason']).toBe(
      status === 403 ? 'forbidden' : status === 404 ? 'not_found' : 'input_invalid',
    );
    expect(refusal['requestId']).toBe(response.headers.get('x-request-id'));
  });

  test.each(['HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    '%s is no method of procedures',
    async (method) => {
      const response = await fixture().app.request('/trpc/session.signOut', {
        method,
        headers: { ...COOKIE, ...OURS },
      });
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('GET, POST');
    },
  );

  test('a mutation is not reached by GET', async () => {
    const { app, verified } = fixture();
    const response = await get(app, '/trpc/session.signOut', { ...COOKIE, ...OURS });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    expect(verified).toEqual([]);
  });

  test.each([
    ['the input twice', 'account.activity?input={}&input={}'],
    ['input that is no JSON', 'account.activity?input=%7B'],
    ['input that it does not take', `account.me?input=${encodeURIComponent('{"any":1}')}`],
    ['input that is no object', 'session.list?input=1'],
    ['input with a prototype', `account.activity?input=${encodeURIComponent('{"__proto__":{}}')}`],
    ['a batch with an event stream', 'session.events?batch=1'],
  ])('a query with %s is refused', async (_rule, path) => {
    const response = await get(fixture().app, `/trpc/${path}`, COOKIE);
    expect(response.status).toBe(400);
    expect((await refusalIn(response))['reason']).toBe('input_invalid');
  });

  test('no object of the process was given a property', () => {
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
  });
});

/** The gate refuses a batch as a whole, tRPC call by call. */
const anyRefusalIn = async (response: Response): Promise<Record<string, unknown>> => {
  const body = (await response.json()) as
    | { error: { data: Record<string, unknown> } }
    | { error: { data: Record<string, unknown> } }[];
  return (Array.isArray(body) ? body[0]?.error.data : body.error.data) ?? {};
};
