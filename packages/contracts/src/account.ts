import * as z from 'zod/mini';
import { emailAddress } from './email.ts';
import { accountId, secret, sessionId } from './ids.ts';
import { newPassword, presentedPassword } from './password.ts';
import { text, timestamp } from './text.ts';

export const displayName = text(1, 100);

export const account = z.object({
  id: accountId,
  email: z.string(),
  name: z.nullable(z.string()),
  emailVerified: z.boolean(),
  createdAt: timestamp,
});
export type Account = z.infer<typeof account>;

const checkYourEmail = z.object({ status: z.literal('check_your_email') });
export type CheckYourEmail = z.infer<typeof checkYourEmail>;

export const signUpInput = z.strictObject({
  email: emailAddress,
  password: newPassword,
  name: z.optional(displayName),
});
export type SignUpInput = z.infer<typeof signUpInput>;
export const signUpOutput = checkYourEmail;

export const verifyEmailInput = z.strictObject({ token: secret, password: z.optional(presentedPassword) });
export type VerifyEmailInput = z.infer<typeof verifyEmailInput>;
export const verifyEmailOutput = z.object({ status: z.literal('verified') });
export type VerifyEmailOutput = z.infer<typeof verifyEmailOutput>;

export const emailOnlyInput = z.strictObject({ email: emailAddress });
export type EmailOnlyInput = z.infer<typeof emailOnlyInput>;
export const requestOutput = checkYourEmail;

export const resetPasswordInput = z.strictObject({ token: secret, newPassword });
export type ResetPasswordInput = z.infer<typeof resetPasswordInput>;
export const sessionsEndedOutput = z.object({ sessionsEnded: z.number() });
export type SessionsEndedOutput = z.infer<typeof sessionsEndedOutput>;

export const changePasswordInput = z.strictObject({ currentPassword: presentedPassword, newPassword });
export type ChangePasswordInput = z.infer<typeof changePasswordInput>;

export const updateInput = z.strictObject({ name: z.nullable(displayName) });
export type UpdateInput = z.infer<typeof updateInput>;
export const updateOutput = z.object({ account });
export type UpdateOutput = z.infer<typeof updateOutput>;

export const requestEmailChangeInput = z.strictObject({ newEmail: emailAddress });
export type RequestEmailChangeInput = z.infer<typeof requestEmailChangeInput>;

export const tokenInput = z.strictObject({ token: secret });
export type TokenInput = z.infer<typeof tokenInput>;
export const confirmEmailChangeOutput = z.object({
  status: z.literal('email_changed'),
  sessionsEnded: z.number(),
});
export type ConfirmEmailChangeOutput = z.infer<typeof confirmEmailChangeOutput>;
export const undoEmailChangeOutput = z.object({
  status: z.literal('email_restored'),
  sessionsEnded: z.number(),
});
export type UndoEmailChangeOutput = z.infer<typeof undoEmailChangeOutput>;

export const deleteInput = z.strictObject({ password: presentedPassword });
export type DeleteInput = z.infer<typeof deleteInput>;
export const deleteOutput = z.object({ status: z.literal('deleted') });
export type DeleteOutput = z.infer<typeof deleteOutput>;

/** One line of an account's security history. */
export const activityEvent = z.object({
  id: z.string(),
  at: timestamp,
  type: z.string(),
  actor: z.string(),
  ip: z.nullable(z.string()),
  userAgent: z.nullable(z.string()),
  sessionId: z.optional(sessionId),
});
export type ActivityEvent = z.infer<typeof activityEvent>;

export const activityInput = z.strictObject({
  cursor: z.optional(
    z.string().check(z.maxLength(200, 'too_long'), z.regex(/^[A-Za-z0-9_-]*$/, 'malformed')),
  ),
  limit: z.optional(z.int().check(z.minimum(1, 'out_of_range'), z.maximum(100, 'out_of_range'))),
});
export type ActivityInput = z.infer<typeof activityInput>;
export const activityOutput = z.object({
  events: z.array(activityEvent),
  nextCursor: z.optional(z.string()),
});
export type ActivityOutput = z.infer<typeof activityOutput>;
