import type { EndedBy } from '@portcullis/contracts/session';
import { AuditEventEntity, RevocationFeedEntity } from '../db/entities/record.ts';
import type { Tx } from '../db/transaction.ts';
import type { RequestContext } from './context.ts';

export interface AuditFacts {
  accountId: string | null;
  type: string;
  actor?: string;
  sessionId?: string | null;
  details?: Record<string, string | number | boolean | null>;
}

/** The database's time, read once per unit of work; everything the unit writes carries it. */
export const databaseTime = async (tx: Tx): Promise<Date> => {
  const rows = await tx.execute<{ now: number }[]>(
    'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now',
  );
  return new Date(Math.trunc(Number(rows[0]?.now)));
};

/** Stages the event in the unit of work of what it records: both are committed, or neither. */
export const audit = (tx: Tx, ctx: RequestContext, at: Date, facts: AuditFacts): void => {
  tx.create(
    AuditEventEntity,
    {
      id: ctx.deps.random.uuid(),
      accountId: facts.accountId,
      at,
      type: facts.type,
      actor: facts.actor ?? 'account',
      sessionId: facts.sessionId ?? null,
      ip: ctx.ip,
      userAgent: ctx.userAgent,
      details: facts.details ?? {},
    },
    { persist: true },
  );
};

export interface FeedFacts {
  accountId: string;
  epoch: number;
  type: string;
  cause: EndedBy | 'opened';
  sessionId?: string | null;
  exceptSessionId?: string | null;
}

/** Stages the feed row of a revocation, or of a session that was opened (P10). */
export const feed = (tx: Tx, at: Date, facts: FeedFacts): void => {
  tx.create(
    RevocationFeedEntity,
    {
      accountId: facts.accountId,
      sessionId: facts.sessionId ?? null,
      exceptSessionId: facts.exceptSessionId ?? null,
      epoch: facts.epoch,
      type: facts.type,
      cause: facts.cause,
      at,
    },
    { persist: true },
  );
};
