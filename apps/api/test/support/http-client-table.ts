import { randomBytes } from 'node:crypto';
import type * as z from 'zod/mini';
import { appRouter } from '../../src/trpc/router.ts';
import type { Answer, HttpClient } from './http-client.ts';
import { anAddress, PASSWORD } from './service-stores.ts';

/** Who may call a procedure, and an input that its contract accepts. */
interface Row {
  /** `anybody`: without a session; `maybe`: a session is looked at when there is one. */
  caller: 'anybody' | 'maybe' | 'signed in';
  input?: () => unknown;
  /** Wants a proof of password that is not too old. */
  stepUp?: true;
  /** Names something that belongs to an account: what it says when that is somebody else's. */
  foreign?: (theirs: { sessionId: string }) => { input: unknown; refusal: string };
}

const secret = () => randomBytes(32).toString('base64url');
const email = () => ({ email: anAddress() });
const password = { password: PASSWORD };

/** The table of the contract; a procedure without a row here fails. */
export const TABLE: Record<string, Row> = {
  'account.signUp': { caller: 'anybody', input: () => ({ ...email(), ...password }) },
  'account.verifyEmail': { caller: 'anybody', input: () => ({ token: secret() }) },
  'account.requestEmailVerification': { caller: 'anybody', input: email },
  'account.requestPasswordReset': { caller: 'anybody', input: email },
  'account.resetPassword': { caller: 'anybody', input: () => ({ token: secret(), newPassword: PASSWORD }) },
  'account.undoEmailChange': { caller: 'anybody', input: () => ({ token: secret() }) },
  'session.signIn': { caller: 'anybody', input: () => ({ ...email(), ...password }) },
  'session.refresh': { caller: 'anybody', input: () => ({ refreshToken: `${secret()}.${secret()}` }) },
  'account.confirmEmailChange': { caller: 'maybe', input: () => ({ token: secret() }) },
  'account.changePassword': {
    caller: 'signed in',
    input: () => ({ currentPassword: PASSWORD, newPassword: 'another passphrase 2' }),
  },
  'account.me': { caller: 'signed in' },
  'account.update': { caller: 'signed in', input: () => ({ name: 'Somebody Else' }) },
  'account.requestEmailChange': {
    caller: 'signed in',
    input: () => ({ newEmail: anAddress() }),
    stepUp: true,
  },
  'account.delete': { caller: 'signed in', input: () => password },
  'account.export': { caller: 'signed in' },
  'account.activity': { caller: 'signed in' },
  'session.reauthenticate': { caller: 'signed in', input: () => password },
  'session.signOut': { caller: 'signed in' },
  'session.list': { caller: 'signed in' },
  'session.revoke': {
    caller: 'signed in',
    input: () => ({ sessionId: secret() }),
    foreign: ({ sessionId }) => ({ input: { sessionId }, refusal: '404 not_found' }),
  },
  'session.revokeOthers': { caller: 'signed in' },
  'session.revokeAll': { caller: 'signed in' },
  'session.events': { caller: 'signed in' },
};

/** What the router holds. */
export const procedures = Object.entries(
  appRouter._def.procedures as unknown as Record<
    string,
    { _def: { type: 'query' | 'mutation' | 'subscription'; inputs: z.ZodMiniType[] } }
  >,
).map(([path, { _def }]) => ({ path, type: _def.type, schema: _def.inputs[0] }));

export type Procedure = (typeof procedures)[number];

/** In the way of its kind. */
export const call = (client: HttpClient, path: string, input?: unknown): Promise<Answer> =>
  procedures.find((one) => one.path === path)?.type === 'mutation'
    ? client.mutate(path, input)
    : client.query(path, input);
