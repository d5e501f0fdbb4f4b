import { AuthError } from '../errors.ts';
import type { PresentedCredential } from '../trpc/context.ts';
import { type CookieNames, cookieValues } from './cookies.ts';

export interface Presented {
  credential: PresentedCredential | null;
  registrationSecret: string | null;
  deviceCookie: string | null;
}

const BEARER = /^bearer(?:$|\s+(?<token>.*)$)/i;

/**
 * What the request presents. Other schemes of `Authorization` are not ours: a proxy before us may use them.
 * @throws AuthError `input_invalid` when it presents two: which one counts would be the sender's guess.
 */
export const presentedBy = (headers: Headers, names: CookieNames): Presented => {
  const cookies = headers.get('cookie') ?? undefined;
  const sessions = cookieValues(cookies, names.session);
  const bearer = BEARER.exec(headers.get('authorization')?.trim() ?? '');
  if (sessions.length + (bearer === null ? 0 : 1) > 1)
    throw new AuthError('input_invalid', { fields: { credential: 'ambiguous' } });
  const registrations = cookieValues(cookies, names.registration);
  if (registrations.length > 1) throw new AuthError('input_invalid', { fields: { cookie: 'ambiguous' } });
  const devices = cookieValues(cookies, names.device);
  return {
    credential: credentialIn(sessions[0], bearer),
    registrationSecret: registrations[0] ?? null,
    // It grants nothing: two of them are as good as none, and refuse nobody.
    deviceCookie: devices.length === 1 ? (devices[0] ?? null) : null,
  };
};

const credentialIn = (
  cookie: string | undefined,
  bearer: RegExpExecArray | null,
): PresentedCredential | null => {
  if (cookie !== undefined) return { transport: 'cookie', token: cookie };
  return bearer === null ? null : { transport: 'bearer', token: bearer.groups?.['token']?.trim() ?? '' };
};
