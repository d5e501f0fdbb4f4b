import { generateCookie } from 'hono/cookie';
import { DEVICE_SECONDS } from '../services/session/device.ts';
import type { CookieJar } from '../trpc/context.ts';

export interface CookieNames {
  session: string;
  registration: string;
  device: string;
}

/** Under https only the names with `__Host-` count (RFC 6265bis §4.1.3.2): nobody but this host can have set them. */
export const cookieNames = (secure: boolean): CookieNames =>
  secure
    ? {
        session: '__Host-portcullis',
        registration: '__Host-portcullis-registration',
        device: '__Host-portcullis-device',
      }
    : { session: 'portcullis', registration: 'portcullis-registration', device: 'portcullis-device' };

/**
 * Every value that the request carries under the name, in its order; empty ones do not count. Only a space and a tab
 * stand around a pair (RFC 6265 §5.4): with any other white space before it, such as U+00A0, it is another name, which
 * browsers let other hosts set although it ends like one with `__Host-`.
 */
export const cookieValues = (header: string | undefined, name: string): string[] =>
  (header ?? '')
    .split(';')
    .map((pair) => pair.replaceAll(/^[ \t]+|[ \t]+$/g, ''))
    .filter((pair) => pair.startsWith(`${name}=`) && pair.length > name.length + 1)
    .map((pair) => pair.slice(name.length + 1));

export const cookieJar = (names: CookieNames, secure: boolean, headers: Headers): CookieJar => {
  const set = (name: string, value: string, maxAgeSeconds: number | null) => {
    const lifetime = maxAgeSeconds === null ? {} : { maxAge: maxAgeSeconds };
    headers.append(
      'set-cookie',
      generateCookie(name, value, { path: '/', httpOnly: true, secure, sameSite: 'Lax', ...lifetime }),
    );
  };
  return {
    setSession: (token, maxAgeSeconds) => set(names.session, token, maxAgeSeconds),
    clearSession: () => {
      set(names.session, '', 0);
      headers.set('clear-site-data', '"cache"');
    },
    setRegistration: (secret, maxAgeSeconds) => set(names.registration, secret, maxAgeSeconds),
    clearRegistration: () => set(names.registration, '', 0),
    setDevice: (cookie) => set(names.device, cookie, DEVICE_SECONDS),
  };
};
