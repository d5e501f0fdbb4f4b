import type { CleanUpPolicy } from './policy.ts';

/**
 * What is removed, and when. Each query names at most `batch` rows that nobody has locked, through an index on the
 * time it asks for; `now()` and not `clock_timestamp()`, since only the former can be looked up in an index.
 */
export interface CleanUpStep {
  /** As the log calls it. */
  name: string;
  table: string;
  key: string;
  /** What `rows` calls the table. */
  alias?: string;
  /** Selects the keys; its only parameters are the seconds of `age`. */
  rows: string;
  age: (policy: CleanUpPolicy) => number;
}

const AGO = `now() - ?::int * interval '1 second'`;

/** In this order: what refers goes before what is referred to. */
export const STEPS: readonly CleanUpStep[] = [
  {
    name: 'registrations',
    table: 'registration',
    key: 'id',
    rows: `SELECT id FROM portcullis.registration WHERE expires_at < ${AGO} ORDER BY expires_at`,
    age: (policy) => policy.registrationSeconds,
  },
  {
    // A used link is past its expiry soon enough: the longest is good for a week.
    name: 'verifications',
    table: 'verification',
    key: 'id',
    rows: `SELECT id FROM portcullis.verification WHERE expires_at < ${AGO} ORDER BY expires_at`,
    age: (policy) => policy.verificationSeconds,
  },
  {
    name: 'sessions that expired',
    table: 'session',
    key: 'id',
    rows: `SELECT id FROM portcullis.session WHERE expires_at < ${AGO} ORDER BY expires_at`,
    age: (policy) => policy.sessionSeconds,
  },
  {
    name: 'sessions that were revoked',
    table: 'session',
    key: 'id',
    rows: `SELECT id FROM portcullis.session WHERE revoked_at IS NOT NULL AND revoked_at < ${AGO} ORDER BY revoked_at`,
    age: (policy) => policy.sessionSeconds,
  },
  {
    name: 'sessions of ended epochs',
    table: 'session',
    key: 'id',
    alias: 's',
    rows: `SELECT s.id FROM portcullis.account_epoch e JOIN portcullis.session s ON s.account_id = e.account_id AND s.epoch = e.epoch
      WHERE e.ended_at < ${AGO}`,
    age: (policy) => policy.sessionSeconds,
  },
  {
    // An epoch says when and why its sessions ended: it stays as long as one of them does.
    name: 'epochs',
    table: 'account_epoch',
    key: '(account_id, epoch)',
    alias: 'e',
    rows: `SELECT e.account_id, e.epoch FROM portcullis.account_epoch e WHERE e.ended_at < ${AGO}
      AND NOT EXISTS (SELECT 1 FROM portcullis.session s WHERE s.account_id = e.account_id AND s.epoch = e.epoch) ORDER BY e.ended_at`,
    age: (policy) => policy.sessionSeconds,
  },
  {
    name: 'sessions of deleted accounts',
    table: 'session',
    key: 'id',
    alias: 's',
    rows: `SELECT s.id FROM portcullis.account a JOIN portcullis.session s ON s.account_id = a.id
      WHERE a.deleted_at IS NOT NULL AND a.deleted_at < ${AGO}`,
    age: (policy) => policy.deletedAccountSeconds,
  },
  {
    name: 'verifications of deleted accounts',
    table: 'verification',
    key: 'id',
    alias: 'v',
    rows: `SELECT v.id FROM portcullis.account a JOIN portcullis.verification v ON v.account_id = a.id
      WHERE a.deleted_at IS NOT NULL AND a.deleted_at < ${AGO}`,
    age: (policy) => policy.deletedAccountSeconds,
  },
  {
    // The emptied row stays as long as ended sessions would, so that its id is not missing from what still names it.
    name: 'deleted accounts',
    table: 'account',
    key: 'id',
    alias: 'a',
    rows: `SELECT a.id FROM portcullis.account a WHERE a.deleted_at IS NOT NULL AND a.deleted_at < ${AGO}
      AND NOT EXISTS (SELECT 1 FROM portcullis.session s WHERE s.account_id = a.id)
      AND NOT EXISTS (SELECT 1 FROM portcullis.verification v WHERE v.account_id = a.id)`,
    age: (policy) => policy.sessionSeconds,
  },
  {
    name: 'feed rows',
    table: 'revocation_feed',
    key: 'id',
    rows: `SELECT id FROM portcullis.revocation_feed WHERE at < ${AGO} ORDER BY at`,
    age: (policy) => policy.feedSeconds,
  },
  {
    name: 'notices',
    table: 'notice',
    key: 'id',
    rows: `SELECT id FROM portcullis.notice WHERE created_at < ${AGO} ORDER BY created_at`,
    age: (policy) => policy.noticeSeconds,
  },
  {
    name: 'leases',
    table: 'index_lease',
    key: 'instance_id',
    rows: `SELECT instance_id FROM portcullis.index_lease WHERE expires_at < ${AGO}`,
    age: (policy) => policy.leaseSeconds * 10,
  },
];

/** One batch: locks what it found, passes over what somebody else has locked, and counts what is gone. */
export const deleteBatch = ({ table, key, rows, alias = table }: CleanUpStep): string => `
WITH doomed AS (${rows} LIMIT ?::int FOR UPDATE OF ${alias} SKIP LOCKED),
gone AS (DELETE FROM portcullis.${table} WHERE ${key} IN (SELECT * FROM doomed) RETURNING 1)
SELECT count(*)::int AS n FROM gone`;
