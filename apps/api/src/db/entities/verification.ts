import { defineEntity, p } from '@mikro-orm/core';

export type VerificationPurpose = 'reset_password' | 'change_email' | 'undo_email_change';

/** A mailed link of an existing account: the SHA-256 of its secret, and until when and for what it may be used. */
export const VerificationEntity = defineEntity({
  name: 'Verification',
  tableName: 'verification',
  schema: 'portcullis',
  properties: {
    id: p.uuid().primary(),
    accountId: p.uuid(),
    linkEpoch: p.bigint('number'),
    purpose: p.text().$type<VerificationPurpose>(),
    secretHash: p.blob().unique().hidden(),
    /** The new address of a change, the old one of an undo. */
    payload: p.json<{ email?: string }>(),
    createdAt: p.datetime(),
    expiresAt: p.datetime(),
    usedAt: p.datetime().nullable(),
  },
});
