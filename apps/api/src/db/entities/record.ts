import { defineEntity, p } from '@mikro-orm/core';

/** Insert only: a trigger refuses UPDATE and DELETE. */
export const AuditEventEntity = defineEntity({
  name: 'AuditEvent',
  tableName: 'audit_event',
  schema: 'portcullis',
  properties: {
    id: p.uuid().primary(),
    accountId: p.uuid().nullable(),
    at: p.datetime(),
    type: p.text(),
    actor: p.text(),
    sessionId: p.text().nullable(),
    ip: p.text().nullable(),
    userAgent: p.text().nullable(),
    details: p.json<Record<string, string | number | boolean | null>>(),
  },
});

/** Written in the revoking transaction; `xid` is filled by the database (P10). */
export const RevocationFeedEntity = defineEntity({
  name: 'RevocationFeed',
  tableName: 'revocation_feed',
  schema: 'portcullis',
  properties: {
    id: p.bigint('string').primary().autoincrement(),
    accountId: p.uuid(),
    sessionId: p.text().nullable(),
    exceptSessionId: p.text().nullable(),
    epoch: p.bigint('number'),
    type: p.text(),
    cause: p.text(),
    at: p.datetime(),
  },
});

/** One mail about one event: taken before it is sent, the same Message-ID on every attempt. */
export const NoticeEntity = defineEntity({
  name: 'Notice',
  tableName: 'notice',
  schema: 'portcullis',
  properties: {
    id: p.uuid().primary(),
    kind: p.text(),
    messageId: p.text(),
    takenAt: p.datetime().nullable(),
    sentAt: p.datetime().nullable(),
    createdAt: p.datetime(),
  },
});
