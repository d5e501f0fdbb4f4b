import * as z from 'zod/mini';
import type { MailJob } from '../domain/mail-job.ts';

/** What may stand in a job's payload. A payload is written by this program, but not always by this version of it. */

const id = z.uuid();
const address = z.string().check(z.minLength(3), z.maxLength(254));
const linkEpoch = z.int().check(z.nonnegative());
const noticeId = id;

const mailJob = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('sign_up'), noticeId, registrationId: z.nullable(id) }),
  z.strictObject({ kind: z.literal('reset_password'), noticeId, accountId: z.nullable(id), linkEpoch }),
  z.strictObject({ kind: z.literal('change_email'), noticeId, accountId: id, linkEpoch, newEmail: address }),
  z.strictObject({ kind: z.literal('email_changed'), noticeId, accountId: id, oldEmail: address }),
  z.strictObject({ kind: z.literal('email_restored'), noticeId, accountId: id }),
  z.strictObject({
    kind: z.enum([
      'password_reset',
      'password_changed',
      'session_reused',
      'sessions_ended',
      'account_disabled',
      'account_enabled',
    ]),
    noticeId,
    accountId: id,
    at: z.iso.datetime(),
  }),
  z.strictObject({ kind: z.literal('sign_ins_refused'), noticeId, accountId: z.nullable(id) }),
  z.strictObject({ kind: z.literal('account_deleted'), noticeId, to: address }),
]);

/** graphile-worker puts the tick that a cron job belongs to into its payload. */
const cleanUpJob = z.strictObject({ _cron: z.optional(z.looseObject({})) });

/** A payload that no version of this program can do anything with. Its message names fields, never values. */
export class PoisonPayload extends Error {
  override readonly name = 'PoisonPayload';
}

const parse = <T>(schema: z.ZodMiniType<T>, payload: unknown): T => {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  // Unknown fields are named by their path only up to here: their names come from outside.
  const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'payload'}: ${issue.code}`);
  throw new PoisonPayload(`the payload is not understood (${wrong.slice(0, 5).join(', ')})`);
};

/** @throws PoisonPayload */
export const parseMailJob = (payload: unknown): MailJob => parse<MailJob>(mailJob, payload);

/** @throws PoisonPayload */
export const parseCleanUpJob = (payload: unknown): void => void parse(cleanUpJob, payload ?? {});
