import type { ActivityEvent, ActivityInput, ActivityOutput } from '@portcullis/contracts/account';
import type { SessionId } from '@portcullis/contracts/ids';
import { AuthError } from '../../errors.ts';
import type { SignedInContext } from '../context.ts';

interface EventRow {
  id: string;
  at_ms: number;
  at_text: string;
  type: string;
  actor: string;
  ip: string | null;
  user_agent: string | null;
  session_id: string | null;
}

const PAGE = `
SELECT id, (extract(epoch FROM at) * 1000)::float8 AS at_ms, at::text AS at_text, type, actor, ip, user_agent, session_id
FROM portcullis.audit_event
WHERE account_id = ? AND (?::timestamptz IS NULL OR (at, id) < (?::timestamptz, ?::uuid))
ORDER BY at DESC, id DESC LIMIT ?`;

const encode = (row: EventRow) => Buffer.from(JSON.stringify([row.at_text, row.id])).toString('base64url');

const decode = (cursor: string | undefined): [string, string] | null => {
  if (cursor === undefined) return null;
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (
      Array.isArray(parsed) &&
      parsed.length === 2 &&
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?[+-]\d\d(:\d\d)?$/.test(String(parsed[0])) &&
      /^[0-9a-f-]{36}$/.test(String(parsed[1]))
    ) {
      return [String(parsed[0]), String(parsed[1])];
    }
  } catch {
    // Falls through to the refusal.
  }
  throw new AuthError('input_invalid', { fields: { cursor: 'malformed' } });
};

/** The account's security history, newest first. */
export const activity = async (ctx: SignedInContext, input: ActivityInput): Promise<ActivityOutput> => {
  const limit = input.limit ?? 20;
  const rows = await readEvents(ctx, decode(input.cursor), limit + 1);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    events: page.map(eventView),
    ...(rows.length > limit && last ? { nextCursor: encode(last) } : {}),
  };
};

export const readEvents = (
  ctx: SignedInContext,
  after: [string, string] | null,
  limit: number,
): Promise<EventRow[]> =>
  ctx.deps.db.read((em) =>
    em.execute<EventRow[]>(PAGE, [
      ctx.caller.accountId,
      after?.[0] ?? null,
      after?.[0] ?? null,
      after?.[1] ?? null,
      limit,
    ]),
  );

export const eventView = (row: EventRow): ActivityEvent => ({
  id: row.id,
  at: new Date(Number(row.at_ms)).toISOString(),
  type: row.type,
  actor: row.actor,
  ip: row.ip,
  userAgent: row.user_agent,
  ...(row.session_id ? { sessionId: row.session_id as SessionId } : {}),
});
