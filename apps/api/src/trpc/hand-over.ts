import type { Session, Tokens } from '@portcullis/contracts/session';
import type { Credential } from '../services/session/credential.ts';
import type { Context } from './context.ts';

/**
 * Gives the holder of a new session its credential: a cookie that scripts cannot read, or tokens in the body.
 * @param device what the browser is to be known by at its next sign-in
 */
export const handOver = (
  { cookies }: Pick<Context, 'cookies'>,
  credential: Credential,
  device: string | null = null,
): { session: Session; tokens?: Tokens } => {
  const { session } = credential;
  if (credential.transport === 'bearer') return { session, tokens: credential.tokens };
  cookies.setSession(credential.cookieToken, credential.cookieMaxAgeSeconds);
  if (device !== null) cookies.setDevice(device);
  return { session };
};

/** The browser's session is over: its cookie goes, and whatever it kept of our answers. */
export const takeBack = ({ cookies, credential }: Pick<Context, 'cookies' | 'credential'>): void => {
  if (credential?.transport === 'cookie') cookies.clearSession();
};
