import type { FeedPage, FeedPlace } from '@portcullis/authority/settled-feed';
import type { AccountId, SessionId } from '@portcullis/contracts/ids';
import type { Revocation } from '@portcullis/contracts/services';

const PLACE = /^(\d{1,20})-([0-9A-F]{8})-(\d{1,19})-(\d{1,19})$/;
const MOST = 2n ** 63n - 1n;

/** The id of an event: system identifier and timeline of Postgres, transaction, serial number. */
export const nameOfPlace = ({ history, xid, id }: FeedPlace): string =>
  `${history.systemId}-${history.timeline}-${xid}-${id}`;

/** Null for an id that is none of ours. */
export const placeOf = (name: string): FeedPlace | null => {
  const [, systemId, timeline, xid, id] = PLACE.exec(name) ?? [];
  if (systemId === undefined || timeline === undefined || xid === undefined || id === undefined) return null;
  if (BigInt(xid) > MOST || BigInt(id) > MOST) return null;
  return { history: { systemId, timeline }, xid, id };
};

/** Null for rows that end no session: a session was opened. */
export const revocationOf = (row: FeedPage['rows'][number]): Revocation | null =>
  row.type === 'session_opened'
    ? null
    : {
        accountId: row.accountId as AccountId,
        ...(row.sessionId === null ? {} : { sessionId: row.sessionId as SessionId }),
        ...(row.exceptSessionId === null ? {} : { exceptSessionId: row.exceptSessionId as SessionId }),
        epoch: Number(row.epoch),
        type: row.type,
        cause: row.cause,
        at: new Date(row.at).toISOString(),
      };
