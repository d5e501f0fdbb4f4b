import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { parseKeyRing } from '../../src/adapters/key-ring.ts';
import { createTokens } from '../../src/adapters/paseto.ts';
import { DEVELOPMENT_KEYS } from '../../src/config/development-keys.ts';
import { type HttpClient, httpClient, ORIGIN } from './http-client.ts';
import { outcome, signInAt, type Transport } from './http-client-people.ts';
import { PASSWORD, type StoredPerson, type Stores } from './service-stores.ts';

interface World {
  url: string;
  stores: Stores;
}

interface BadCredential {
  /** Status and reason that everything answers which wants somebody signed in. */
  refusal: string;
  make: (world: World, person: StoredPerson) => Promise<HttpClient>;
}

const secret = () => randomBytes(32).toString('base64url');
const tokens = createTokens({
  ring: parseKeyRing(DEVELOPMENT_KEYS),
  issuer: ORIGIN,
  audience: ORIGIN,
});

/** Somebody who presents this token, whatever it is. */
export const holding = (url: string, transport: Transport, token: string): HttpClient => {
  const client = httpClient(url);
  if (transport === 'cookie') client.cookies.set('portcullis', token);
  else client.headers = { authorization: `Bearer ${token}` };
  return client;
};
export const tokenOf = ({ cookies, headers }: HttpClient) =>
  cookies.get('portcullis') ?? headers['authorization']?.slice('Bearer '.length) ?? '';

/** Credentials that are no good (any more), each made in the way it comes about. */
export const BAD_CREDENTIALS: Record<string, BadCredential> = {
  nobody: { refusal: '401 session_missing', make: ({ url }) => Promise.resolve(httpClient(url)) },
  'a cookie that says nothing': {
    refusal: '401 token_invalid',
    make: ({ url }) => Promise.resolve(holding(url, 'cookie', 'x'.repeat(200))),
  },
  'a bearer that says nothing': {
    refusal: '401 token_invalid',
    make: ({ url }) => Promise.resolve(holding(url, 'bearer', '')),
  },
  'a cookie as a bearer': {
    refusal: '401 token_invalid',
    make: async ({ url }, person) => holding(url, 'bearer', tokenOf(await signInAt(url, person, 'cookie'))),
  },
  'a bearer as a cookie': {
    refusal: '401 token_invalid',
    make: async ({ url }, person) => holding(url, 'cookie', tokenOf(await signInAt(url, person, 'bearer'))),
  },
  'a refresh secret as a bearer': {
    refusal: '401 token_invalid',
    make: async ({ url }, person) =>
      holding(url, 'bearer', (await signInAt(url, person, 'bearer')).refreshToken),
  },
  'a session id as a bearer': {
    refusal: '401 token_invalid',
    make: async ({ url }, person) =>
      holding(url, 'bearer', (await signInAt(url, person, 'bearer')).sessionId),
  },
  'a token of another key': {
    refusal: '401 token_invalid',
    make: async ({ url }, person) => {
      const token = tokenOf(await signInAt(url, person, 'bearer'));
      const at = token.lastIndexOf('.') - 10;
      return holding(
        url,
        'bearer',
        `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`,
      );
    },
  },
  'a token of no session': {
    refusal: '401 session_missing',
    make: async ({ url }, { accountId }) => {
      const [now, subject] = [new Date(), { accountId, sessionId: secret(), purpose: 'bearer' as const }];
      return holding(
        url,
        'bearer',
        await tokens.issue(subject, { now, expiresAt: new Date(now.getTime() + 60_000) }),
      );
    },
  },
  "a token that names another account's session": {
    refusal: '401 session_missing',
    make: async ({ url, stores }, { accountId }) => {
      const { sessionId } = await signInAt(url, await stores.person(), 'bearer');
      const [now, subject] = [new Date(), { accountId, sessionId, purpose: 'bearer' as const }];
      return holding(
        url,
        'bearer',
        await tokens.issue(subject, { now, expiresAt: new Date(now.getTime() + 60_000) }),
      );
    },
  },
  'an access token that ran out': {
    refusal: '401 token_invalid',
    make: async ({ url }, { accountId, ...person }) => {
      const { sessionId } = await signInAt(url, person, 'bearer');
      const past = (minutes: number) => new Date(Date.now() - minutes * 60_000);
      const subject = { accountId, sessionId, purpose: 'bearer' as const };
      return holding(url, 'bearer', await tokens.issue(subject, { now: past(20), expiresAt: past(10) }));
    },
  },
  ...Object.fromEntries(
    (['cookie', 'bearer'] as const).flatMap((transport) => [
      [
        `a ${transport} that signed out`,
        {
          refusal: '401 session_revoked',
          make: async ({ url }: World, person: StoredPerson) => {
            const client = await signInAt(url, person, transport);
            const token = tokenOf(client);
            expect(outcome(await client.mutate('session.signOut'))).toBe(200);
            return holding(url, transport, token);
          },
        },
      ],
      [
        `a ${transport} of before a reset`,
        {
          refusal: '401 session_revoked',
          make: async ({ url, stores }: World, person: StoredPerson) => {
            const client = await signInAt(url, person, transport);
            expect(outcome(await client.query('account.me'))).toBe(200);
            const token = await stores.link(person.accountId, 'reset_password');
            const reset = { token, newPassword: PASSWORD };
            expect(outcome(await httpClient(url).mutate('account.resetPassword', reset))).toBe(200);
            return client;
          },
        },
      ],
      ...(['expires_at', 'idle_expires_at'] as const).map((column) => [
        `a ${transport} past its ${column}`,
        {
          refusal: '401 session_expired',
          make: async ({ url, stores }: World, person: StoredPerson) => {
            const client = await signInAt(url, person, transport);
            await stores.query(
              `UPDATE portcullis.session SET ${column} = now() - interval '1 second' WHERE id = $1`,
              [client.sessionId],
            );
            return client;
          },
        },
      ]),
    ]),
  ),
};
