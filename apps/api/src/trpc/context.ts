import type { TRPCRequestInfo } from '@trpc/server/http';
import type { RequestContext } from '../services/context.ts';

/** What a request says it holds; nothing of it has been checked. */
export interface PresentedCredential {
  transport: 'cookie' | 'bearer';
  token: string;
}

/** Writes the cookies of an answer. */
export interface CookieJar {
  /** @param maxAgeSeconds null: until the browser is closed */
  setSession(token: string, maxAgeSeconds: number | null): void;
  clearSession(): void;
  setRegistration(secret: string, maxAgeSeconds: number): void;
  clearRegistration(): void;
  /** For the next sign-in from this browser. */
  setDevice(cookie: string): void;
}

/** What is known of one HTTP request before any of its procedures runs. */
export interface Arrival extends RequestContext {
  credential: PresentedCredential | null;
  /** The secret in the cookie that the sign-up set. */
  registrationSecret: string | null;
  deviceCookie: string | null;
  cookiesOf: (headers: Headers) => CookieJar;
}

/** The same for every procedure of one HTTP request; whether the credential is any good each of them asks anew. */
export interface Context extends Omit<Arrival, 'cookiesOf'> {
  cookies: CookieJar;
  info: Pick<TRPCRequestInfo, 'calls'>;
}

export const contextOf = (
  { cookiesOf, ...arrival }: Arrival,
  headers: Headers,
  info: TRPCRequestInfo,
): Context => ({ ...arrival, cookies: cookiesOf(headers), info });
