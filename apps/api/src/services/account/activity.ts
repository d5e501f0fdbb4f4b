import type { ActivityEvent, ActivityInput, ActivityOutput } from '@portcullis/contracts/account';
import type { SessionId } from '@portcullis/contracts/ids';
import { AuthError } from '../../errors.ts';
import type { SignedInContext } from '../context.ts';

interface EventRow {
  id: string;
  at_ms: number;
  at_us: string;
  type: string;
  actor: string;
  ip: string | null;
  user_agent: string | null;
  session_id: string | null;
}

const PAGE = `
SELECT id, (extract(epoch FROM at) * 1000)::float8 AS at_ms, (extract(epoch FROM at) * 1000000)::int8::text AS at_us, type, actor, ip, user_agent, session_id
FROM portcullis.audit_event
WHERE account_id = ?
  AND (?::int8 IS NULL OR (at, id) < (timestamptz 'epoch' + ?::int8 * interval '1 microsecond', ?::uuid))
ORDER BY at DESC, id DESC LIMIT ?`;

const encode = (row: EventRow) => Buffer.from(`${row.at_us},${row.id}`).toString('base64url');

/** Microseconds up to the year 2286, and a row's id: nothing that Postgres could stumble over. */
const CURSOR = /^(\d{1,16}),([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

const decode = (cursor: string | undefined): [string, string] | null => {
  if (cursor === undefined) return null;
  const [, at, id] = CURSOR.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (at === undefined || id === undefined)
    throw new AuthError('input_invalid', { fields: { cursor: 'malformed' } });
  return [at, id];
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
