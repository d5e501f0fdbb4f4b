import type { Refusal } from '../trpc/errors.ts';
import { fieldsOf } from '../trpc/fields.ts';
import { ENDPOINT, MAX_BATCH } from '../trpc/handler.ts';
import { kindOf, takesInput } from '../trpc/router.ts';
import { BodyTooLarge, readText } from './body.ts';
import { parseJson } from './json.ts';
import type { Presented } from './credentials.ts';
import { MAX_BODY_BYTES } from './settings.ts';

/** A request that is refused before any procedure sees it. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly refusal: Refusal;
  readonly allow: 'GET' | 'POST' | 'GET, POST' | undefined;

  constructor(refusal: Refusal, allow?: 'GET' | 'POST' | 'GET, POST') {
    super(refusal.reason);
    this.refusal = refusal;
    this.allow = allow;
  }
}

/** A request as procedures may see it: nothing is left of what the gate did not read. */
export interface Admitted {
  request: Request;
  path: string;
  paths: readonly string[];
  isBatch: boolean;
}

const malformed = (fields: Record<string, string>) =>
  new Refused({ reason: 'input_invalid', code: 'BAD_REQUEST', fields });
const wrongMethod = (allow: 'GET' | 'POST' | 'GET, POST') =>
  new Refused(
    { reason: 'input_invalid', code: 'METHOD_NOT_SUPPORTED', fields: { method: 'not_allowed' } },
    allow,
  );
const wrongType = (header: 'content-type' | 'content-encoding') =>
  new Refused({
    reason: 'input_invalid',
    code: 'UNSUPPORTED_MEDIA_TYPE',
    fields: { [header]: 'not_allowed' },
  });
const tooLarge = () =>
  new Refused({ reason: 'input_invalid', code: 'PAYLOAD_TOO_LARGE', fields: { input: 'too_long' } });

const CONTENT_TYPE = /^application\/json(?:\s*;\s*charset="?utf-8"?)?$/i;
/** Those that set a cookie although none was sent. The others replace or take away the one that came with the call. */
const SETS_COOKIE = new Set(['account.signUp', 'account.verifyEmail', 'session.signIn']);
/** The one for which the cookie of a sign-up speaks. */
const READS_REGISTRATION = 'account.verifyEmail';

/**
 * Decides from the outside of a call whether it may be one of ours, before tRPC reads any of it.
 * @throws Refused
 */
export const admit = async (
  request: Request,
  presented: Presented,
  publicOrigins: readonly string[],
): Promise<Admitted> => {
  const { method, headers } = request;
  if (method !== 'GET' && method !== 'POST') throw wrongMethod('GET, POST');
  if (/jsonl/i.test(`${headers.get('trpc-accept') ?? ''}${headers.get('accept') ?? ''}`))
    throw malformed({ accept: 'not_allowed' });
  const url = new URL(request.url);
  const { path, paths, isBatch } = callsIn(url);
  requireKinds(method, paths, isBatch);
  const text = method === 'GET' ? single(url, 'input') : await bodyOf(request);
  const inputs = inputsIn(text, paths, isBatch);
  if (method === 'POST') requireOrigin(headers, presented, paths, inputs, publicOrigins);
  return { request: rebuilt(request, isBatch, text), path, paths, isBatch };
};

/** A parameter that is given at most once. */
const single = (url: URL, name: string): string | null => {
  const values = url.searchParams.getAll(name);
  if (values.length > 1) throw malformed({ [name]: 'ambiguous' });
  return values[0] ?? null;
};

const callsIn = (url: URL) => {
  const path = decoded(url.pathname.slice(ENDPOINT.length + 1));
  const batch = single(url, 'batch');
  if (batch !== null && batch !== '1') throw malformed({ batch: 'malformed' });
  const isBatch = batch === '1';
  const paths = isBatch ? path.split(',') : [path];
  if (paths.length > MAX_BATCH) throw malformed({ batch: 'too_long' });
  return { path, paths, isBatch };
};

const decoded = (path: string): string => {
  try {
    return decodeURIComponent(path);
  } catch {
    throw malformed({ path: 'malformed' });
  }
};

/** Unknown procedures pass: tRPC says that there are none. */
const requireKinds = (method: 'GET' | 'POST', paths: readonly string[], isBatch: boolean): void => {
  const kinds = new Set(paths.map(kindOf).filter((kind) => kind !== null));
  const wanted = method === 'POST' ? 'GET' : 'POST';
  if (method === 'POST' ? kinds.has('query') || kinds.has('subscription') : kinds.has('mutation'))
    throw kinds.size > 1 ? malformed({ batch: 'mixed' }) : wrongMethod(wanted);
  if (isBatch && kinds.has('subscription')) throw malformed({ batch: 'mixed' });
};

const bodyOf = async (request: Request): Promise<string> => {
  const type = request.headers.get('content-type');
  if (!/^(?:identity)?$/i.test(request.headers.get('content-encoding') ?? ''))
    throw wrongType('content-encoding');
  if (type !== null && !CONTENT_TYPE.test(type)) throw wrongType('content-type');
  const text = await readText(request, MAX_BODY_BYTES).catch((error: unknown) => {
    throw error instanceof BodyTooLarge ? tooLarge() : malformed({ input: 'malformed' });
  });
  // What is empty has no type; anything else says what it is.
  if (type === null && text !== '') throw wrongType('content-type');
  return text;
};

/** The input of each call; undefined where there is none. */
const inputsIn = (text: string | null, paths: readonly string[], isBatch: boolean): readonly unknown[] => {
  const value = text === null || text === '' ? undefined : parsed(text);
  const inputs = isBatch ? inBatch(value, paths.length) : [value];
  paths.forEach((path, index) => requireNone(path, inputs[index]));
  return inputs;
};

/** Procedures without an input get no object at all, or an empty one: tRPC would ignore whatever it holds. */
const requireNone = (path: string, input: unknown): void => {
  if (takesInput(path) || input === undefined) return;
  if (!isObject(input)) throw malformed({ input: 'not_allowed' });
  const keys = Object.keys(input);
  if (keys.length > 0)
    throw malformed(fieldsOf([{ code: 'unrecognized_keys', path: [], message: '', keys }], input));
};

const parsed = (text: string): unknown => {
  try {
    return parseJson(text);
  } catch {
    throw malformed({ input: 'malformed' });
  }
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const inBatch = (value: unknown, count: number): unknown[] => {
  if (value === undefined) return [];
  if (!isObject(value)) throw malformed({ batch: 'wrong_type' });
  const indexes = Object.keys(value);
  if (!indexes.every((index) => /^\d$/.test(index) && Number(index) < count))
    throw malformed({ batch: 'unrecognized' });
  return Array.from({ length: count }, (_, index) => value[String(index)]);
};

/**
 * A call that a browser's cookies speak for, or that gives the browser one, must come from a page of ours: its Origin
 * is on the list, and where the browser tells its relation to us, that is the same origin. Both, not either.
 */
const requireOrigin = (
  headers: Headers,
  { credential, registrationSecret }: Presented,
  paths: readonly string[],
  inputs: readonly unknown[],
  publicOrigins: readonly string[],
): void => {
  const setsCookie = paths.some(
    (path, index) => SETS_COOKIE.has(path) && !(path === 'session.signIn' && wantsTokens(inputs[index])),
  );
  const carriesCookie =
    credential?.transport === 'cookie' || (registrationSecret !== null && paths.includes(READS_REGISTRATION));
  const concernsCookies = carriesCookie || (credential === null && setsCookie);
  if (!concernsCookies) return;
  const site = headers.get('sec-fetch-site');
  const isOurs =
    publicOrigins.includes(headers.get('origin') ?? '') && (site === null || site === 'same-origin');
  if (!isOurs) throw new Refused({ reason: 'forbidden', code: 'FORBIDDEN' });
};

const wantsTokens = (input: unknown): boolean => isObject(input) && input['transport'] === 'bearer';

/** tRPC gets the very text that was examined, under the one content type it is to read. */
const rebuilt = (request: Request, isBatch: boolean, text: string | null): Request => {
  const { method, signal } = request;
  const query = new URLSearchParams({
    ...(isBatch ? { batch: '1' } : {}),
    ...(method === 'GET' && text !== null ? { input: text } : {}),
  });
  return new Request(`http://portcullis.invalid/?${query}`, {
    method,
    signal,
    headers: { 'content-type': 'application/json' },
    ...(method === 'POST' ? { body: text } : {}),
  });
};
