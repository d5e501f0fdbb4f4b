import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

export const AccountEntity = defineEntity({
  name: 'Account',
  tableName: 'account',
  schema: 'portcullis',
  properties: {
    id: p.uuid().primary(),
    /** As typed at sign-up; where mail goes. Empty once deleted. */
    email: p.text(),
    /** Canonical form for look-ups; null once deleted, so that the address is free again. */
    emailKey: p.text().nullable().unique(),
    name: p.text().nullable(),
    passwordHash: p.text().hidden(),
    /** Only grows; a session is live only under the epoch it was opened in. */
    epoch: p.bigint('number'),
    /** Steps where pending links die (G9). */
    linkEpoch: p.bigint('number'),
    /** Of mails that somebody else causes: the web client's at the last sign-in. Null: not known. */
    language: p.text().nullable(),
    disabledAt: p.datetime().nullable(),
    deletedAt: p.datetime().nullable(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});
export type AccountRow = InferEntity<typeof AccountEntity>;
