import { defineEntity, p } from '@mikro-orm/core';
import type { EndedBy } from '@portcullis/contracts/session';

export const SessionEntity = defineEntity({
  name: 'Session',
  tableName: 'session',
  schema: 'portcullis',
  properties: {
    id: p.text().primary(),
    accountId: p.uuid(),
    epoch: p.bigint('number'),
    transport: p.text().$type<'cookie' | 'bearer'>(),
    remember: p.boolean(),
    createdAt: p.datetime(),
    authenticatedAt: p.datetime(),
    lastSeenAt: p.datetime(),
    idleSeconds: p.integer(),
    idleExpiresAt: p.datetime(),
    expiresAt: p.datetime(),
    revokedAt: p.datetime().nullable(),
    revokedBy: p.text().$type<EndedBy>().nullable(),
    ip: p.text().nullable(),
    userAgent: p.text().nullable(),
    refreshCounter: p.integer(),
    refreshHash: p.blob().nullable().hidden(),
    refreshPreviousHash: p.blob().nullable().hidden(),
    refreshRotatedAt: p.datetime().nullable(),
  },
});

/** One row per epoch step: when, why and by whom all sessions of the epoch before it ended. */
export const AccountEpochEntity = defineEntity({
  name: 'AccountEpoch',
  tableName: 'account_epoch',
  schema: 'portcullis',
  properties: {
    accountId: p.uuid().primary(),
    /** The epoch that ended. */
    epoch: p.bigint('number').primary(),
    endedAt: p.datetime(),
    cause: p.text().$type<EndedBy>(),
    actor: p.text(),
    bySessionId: p.text().nullable(),
  },
});
