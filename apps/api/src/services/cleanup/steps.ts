import type { CleanUpPolicy } from './policy.ts';

/**
 * What is removed, and when. Each query names at most `batch` rows that nobody has locked, through an index on the
 * time it asks for; `now()` and not `clock_timestamp()`, since only the former can be looked up in an index.
 */
export interface CleanUpStep {
  /** As the log calls it. */
  name: string;
  table: string;
  /** Locks the rows of one batch and says where they lie; its parameters are the seconds of `age` and the batch. */
  doomed: string;
  age: (policy: CleanUpPolicy) => number;
}

const AGO = `now() - ?::int * interval '1 second'`;
const OLD_EPOCHS = `portcullis.account_epoch p WHERE p.ended_at < ${AGO}`;
const DELETED_ACCOUNTS = `portcullis.account p WHERE p.deleted_at IS NOT NULL AND p.deleted_at < ${AGO}`;

const rows = (table: string, column: string): string =>
  `SELECT ctid AS spot FROM portcullis.${table} WHERE ${column} IS NOT NULL AND ${column} < ${AGO} ORDER BY ${column}
   LIMIT ?::int FOR UPDATE SKIP LOCKED`;

/** A subquery that locks is never merged into the query around it: for each parent its rows are looked up. */
const rowsBelow = (parents: string, table: string, match: string): string =>
  `SELECT c.spot FROM (SELECT * FROM ${parents}) p CROSS JOIN LATERAL
   (SELECT ctid AS spot FROM portcullis.${table} r WHERE ${match} FOR UPDATE SKIP LOCKED) c LIMIT ?::int`;

/** Parents that no row refers to any more; `OFFSET 0` keeps the look-ups from becoming one join over the whole table. */
const childless = (parents: string, column: string, children: string[]): string =>
  `SELECT p.ctid AS spot FROM ${parents} AND ${children.map((child) => `(SELECT true FROM portcullis.${child} LIMIT 1 OFFSET 0) IS NULL`).join(' AND ')}
   ORDER BY p.${column} LIMIT ?::int FOR UPDATE OF p SKIP LOCKED`;

/** In this order: what refers goes before what is referred to. */
export const STEPS: readonly CleanUpStep[] = [
  {
    name: 'registrations',
    table: 'registration',
    doomed: rows('registration', 'expires_at'),
    age: (policy) => policy.registrationSeconds,
  },
  {
    // A used link is past its expiry soon enough: the longest is good for a week.
    name: 'verifications',
    table: 'verification',
    doomed: rows('verification', 'expires_at'),
    age: (policy) => policy.verificationSeconds,
  },
  {
    name: 'sessions that expired',
    table: 'session',
    doomed: rows('session', 'expires_at'),
    age: (policy) => policy.sessionSeconds,
  },
  {
    name: 'sessions that were revoked',
    table: 'session',
    doomed: rows('session', 'revoked_at'),
    age: (policy) => policy.sessionSeconds,
  },
  {
    name: 'sessions of ended epochs',
    table: 'session',
    doomed: rowsBelow(OLD_EPOCHS, 'session', 'r.account_id = p.account_id AND r.epoch = p.epoch'),
    age: (policy) => policy.sessionSeconds,
  },
  {
    // An epoch says when and why its sessions ended: it stays as long as one of them does.
    name: 'epochs',
    table: 'account_epoch',
    doomed: childless(OLD_EPOCHS, 'ended_at', [
      'session s WHERE s.account_id = p.account_id AND s.epoch = p.epoch',
    ]),
    age: (policy) => policy.sessionSeconds,
  },
  {
    name: 'sessions of deleted accounts',
    table: 'session',
    doomed: rowsBelow(DELETED_ACCOUNTS, 'session', 'r.account_id = p.id'),
    age: (policy) => policy.deletedAccountSeconds,
  },
  {
    name: 'verifications of deleted accounts',
    table: 'verification',
    doomed: rowsBelow(DELETED_ACCOUNTS, 'verification', 'r.account_id = p.id'),
    age: (policy) => policy.deletedAccountSeconds,
  },
  {
    // The emptied row stays as long as ended sessions would, so that its id is not missing from what still names it.
    name: 'deleted accounts',
    table: 'account',
    doomed: childless(DELETED_ACCOUNTS, 'deleted_at', [
      'session s WHERE s.account_id = p.id',
      'verification v WHERE v.account_id = p.id',
    ]),
    age: (policy) => policy.sessionSeconds,
  },
  {
    name: 'feed rows',
    table: 'revocation_feed',
    doomed: rows('revocation_feed', 'at'),
    age: (policy) => policy.feedSeconds,
  },
  {
    name: 'notices',
    table: 'notice',
    doomed: rows('notice', 'created_at'),
    age: (policy) => policy.noticeSeconds,
  },
  {
    name: 'counts of failed sign-ins',
    table: 'sign_in_failure',
    doomed: rows('sign_in_failure', 'last_at'),
    age: (policy) => policy.failureSeconds,
  },
];

/**
 * One batch: locks what it found, passes over what somebody else has locked, and counts what is gone. Found rows are
 * deleted by where they lie: joined by their keys, a planner with old statistics may read the whole table for them.
 * A locked row does not move, and one that moved before is left to the next run.
 */
export const deleteBatch = ({ table, doomed }: CleanUpStep): string => `
WITH doomed AS (${doomed}),
gone AS (DELETE FROM portcullis.${table} WHERE ctid = ANY (ARRAY(SELECT spot FROM doomed)) RETURNING 1)
SELECT count(*)::int AS n FROM gone`;
