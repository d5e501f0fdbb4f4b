import { expect } from 'vitest';
import { type HttpClient, httpClient } from './http-client.ts';
import type { StoredPerson } from './service-stores.ts';

export type Transport = 'cookie' | 'bearer';

/** Somebody who signed in, with what they hold. */
export interface SignedInPerson extends HttpClient {
  sessionId: string;
  refreshToken: string;
}

/** Signs in over HTTP. @throws AssertionError when it is refused. */
export const signInAt = async (
  url: string,
  person: Pick<StoredPerson, 'email' | 'password'>,
  transport: Transport = 'cookie',
  headers: Record<string, string> = {},
): Promise<SignedInPerson> => {
  const client = httpClient(url, headers);
  const { email, password } = person;
  const answer = await client.mutate('session.signIn', { email, password, transport });
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  const { session, tokens } = answer.data as {
    session: { id: string };
    tokens?: { accessToken: string; refreshToken: string };
  };
  if (tokens) client.headers = { ...headers, authorization: `Bearer ${tokens.accessToken}` };
  return Object.assign(client, { sessionId: session.id, refreshToken: tokens?.refreshToken ?? '' });
};

/** The same credentials at another instance. */
export const at = (url: string, client: HttpClient): HttpClient => {
  const other = httpClient(url, { ...client.headers });
  for (const [name, value] of client.cookies) other.cookies.set(name, value);
  return other;
};

/** What a refused or granted call comes down to. */
export const outcome = ({ status, error }: { status: number; error: { reason: string } | undefined }) =>
  error === undefined ? status : `${status} ${error.reason}`;
