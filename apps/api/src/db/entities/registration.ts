import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

/** A sign-up that nobody has confirmed yet. No account exists before its address is proven. */
export const RegistrationEntity = defineEntity({
  name: 'Registration',
  tableName: 'registration',
  schema: 'portcullis',
  properties: {
    id: p.uuid().primary(),
    email: p.text(),
    emailKey: p.text(),
    name: p.text().nullable(),
    passwordHash: p.text().hidden(),
    /** SHA-256 of the secret in the mailed link; null until the worker has minted it. */
    secretHash: p.blob().nullable().unique().hidden(),
    /** SHA-256 of the secret in the signer's cookie. */
    cookieHash: p.blob().hidden(),
    attempts: p.integer(),
    createdAt: p.datetime(),
    expiresAt: p.datetime(),
  },
});
export type RegistrationRow = InferEntity<typeof RegistrationEntity>;
