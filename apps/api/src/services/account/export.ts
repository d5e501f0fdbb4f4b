import type { ExportOutput } from '@portcullis/contracts/profile';
import type { SignedInContext } from '../context.ts';
import { listSessions } from '../session/list.ts';
import { eventView, readEvents } from './activity.ts';
import { readAccount } from './password.ts';
import { accountView } from './view.ts';

/** More than any person causes; an export stays one answer of bounded size. */
const EVENTS = 10_000;

/** Everything kept about the account, in one document. */
export const exportAccount = async (ctx: SignedInContext): Promise<ExportOutput> => {
  const account = await readAccount(ctx);
  const { sessions } = await listSessions(ctx);
  const events = await readEvents(ctx, null, EVENTS);
  return {
    exportedAt: ctx.deps.authority.databaseNow().toISOString(),
    account: accountView(account),
    language: account.language ?? null,
    sessions,
    events: events.map(eventView),
  };
};
