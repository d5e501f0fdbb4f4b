import type { Session, Tokens } from '@portcullis/contracts/session';
import type { SessionId } from '@portcullis/contracts/ids';
import type { RequestContext } from '../context.ts';
import type { OpenedSession } from './steps.ts';

/** What the transport hands to the holder of a session that was just opened. */
export type Credential =
  | { session: Session; transport: 'cookie'; cookieToken: string; cookieMaxAgeSeconds: number | null }
  | { session: Session; transport: 'bearer'; tokens: Tokens };

export const sessionView = (s: {
  id: string;
  createdAt: Date;
  authenticatedAt: Date;
  expiresAt: Date;
}): Session => ({
  id: s.id as SessionId,
  createdAt: s.createdAt.toISOString(),
  authenticatedAt: s.authenticatedAt.toISOString(),
  expiresAt: s.expiresAt.toISOString(),
});

/** A cookie token lives as long as its session; an access token ten minutes, and never longer than its session. */
export const credentialOf = async (ctx: RequestContext, opened: OpenedSession): Promise<Credential> => {
  const session = sessionView(opened);
  const now = opened.createdAt;
  if (opened.transport === 'cookie') {
    const subject = { accountId: opened.accountId, sessionId: opened.id, purpose: 'cookie' as const };
    const cookieToken = await ctx.deps.tokens.issue(subject, { now, expiresAt: opened.expiresAt });
    const cookieMaxAgeSeconds = opened.remember
      ? Math.floor((opened.expiresAt.getTime() - now.getTime()) / 1000)
      : null;
    return { session, transport: 'cookie', cookieToken, cookieMaxAgeSeconds };
  }
  return { session, transport: 'bearer', tokens: await tokensOf(ctx, opened, opened.refreshSecret, now) };
};

export const tokensOf = async (
  ctx: RequestContext,
  s: { id: string; accountId: string; expiresAt: Date },
  refreshSecret: string,
  now: Date,
): Promise<Tokens> => {
  const wished = now.getTime() + ctx.deps.config.accessTokenSeconds * 1000;
  const expiresAt = new Date(Math.min(wished, s.expiresAt.getTime()));
  const subject = { accountId: s.accountId, sessionId: s.id, purpose: 'bearer' as const };
  const accessToken = await ctx.deps.tokens.issue(subject, { now, expiresAt });
  return {
    accessToken,
    accessTokenExpiresAt: expiresAt.toISOString(),
    refreshToken: `${s.id}.${refreshSecret}`,
  };
};
