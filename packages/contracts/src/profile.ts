import * as z from 'zod/mini';
import { account, activityEvent } from './account.ts';
import { session, sessionListItem, tokens } from './session.ts';
import { timestamp } from './text.ts';

/** Outputs that join an account with its sessions; apart from both so that neither imports the other in a circle. */
export const meOutput = z.object({ account, session });
export type MeOutput = z.infer<typeof meOutput>;

export const changePasswordOutput = z.object({
  sessionsEnded: z.number(),
  session,
  tokens: z.optional(tokens),
});
export type ChangePasswordOutput = z.infer<typeof changePasswordOutput>;

export const exportOutput = z.object({
  exportedAt: timestamp,
  account,
  /** Of mails that somebody else causes (BCP 47); null while no sign-in said one. */
  language: z.nullable(z.string()),
  sessions: z.array(sessionListItem),
  events: z.array(activityEvent),
});
export type ExportOutput = z.infer<typeof exportOutput>;
