import { Migration } from '@mikro-orm/migrations';

/** Everything the service needs at first: accounts, sessions, links, records, and the protocol's two tables. */
export class Migration20261124000000_foundation extends Migration {
  override up(): void {
    for (const statement of STATEMENTS) this.addSql(statement);
  }
}

const STATEMENTS = [
  'CREATE SCHEMA IF NOT EXISTS portcullis',
  `CREATE TABLE portcullis.account (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    email_key text CONSTRAINT account_email_key_unique UNIQUE,
    name text,
    password_hash text NOT NULL,
    epoch bigint NOT NULL DEFAULT 1,
    link_epoch bigint NOT NULL DEFAULT 1,
    disabled_at timestamptz,
    deleted_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
  )`,
  'CREATE INDEX account_deleted_at ON portcullis.account (deleted_at) WHERE deleted_at IS NOT NULL',
  // The paired assertion of P3: what ends sessions also steps the epoch, whoever writes the statement. A rehash of the
  // same password announces itself for its one statement.
  `CREATE FUNCTION portcullis.account_epoch_guard() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.epoch < OLD.epoch OR NEW.link_epoch < OLD.link_epoch THEN
      RAISE EXCEPTION 'an epoch only grows' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.epoch = OLD.epoch AND NEW.password_hash IS DISTINCT FROM OLD.password_hash
       AND current_setting('portcullis.rehash', true) IS DISTINCT FROM 'on' THEN
      RAISE EXCEPTION 'a password_hash changes only together with its epoch' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.epoch = OLD.epoch AND ((OLD.disabled_at IS NULL AND NEW.disabled_at IS NOT NULL)
       OR (OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL)) THEN
      RAISE EXCEPTION 'an account is disabled or deleted only together with its epoch' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END $$`,
  `CREATE TRIGGER account_epoch_guard BEFORE UPDATE ON portcullis.account
    FOR EACH ROW EXECUTE FUNCTION portcullis.account_epoch_guard()`,
  `CREATE TABLE portcullis.sign_in_failure (
    key bytea PRIMARY KEY,
    account_id uuid,
    failures integer NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL
  )`,
  `CREATE TABLE portcullis.registration (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    email_key text NOT NULL,
    name text,
    password_hash text NOT NULL,
    secret_hash bytea CONSTRAINT registration_secret_hash_unique UNIQUE,
    cookie_hash bytea NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
  )`,
  'CREATE INDEX registration_email_key ON portcullis.registration (email_key, created_at DESC)',
  'CREATE INDEX registration_expires_at ON portcullis.registration (expires_at)',
  `CREATE TABLE portcullis.session (
    id text PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES portcullis.account (id),
    epoch bigint NOT NULL,
    transport text NOT NULL CHECK (transport IN ('cookie', 'bearer')),
    remember boolean NOT NULL,
    created_at timestamptz NOT NULL,
    authenticated_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    idle_seconds integer NOT NULL,
    idle_expires_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    revoked_by text,
    ip text,
    user_agent text,
    refresh_counter integer NOT NULL DEFAULT 0,
    refresh_hash bytea,
    refresh_previous_hash bytea,
    refresh_rotated_at timestamptz,
    CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
  )`,
  'CREATE INDEX session_account ON portcullis.session (account_id, created_at DESC)',
  // Counting what a revocation ends reads this index alone, at most 1,000 entries (G7).
  `CREATE INDEX session_live ON portcullis.session (account_id, epoch) INCLUDE (idle_expires_at, expires_at) WHERE revoked_at IS NULL`,
  'CREATE INDEX session_expires_at ON portcullis.session (expires_at)',
  'CREATE INDEX session_revoked_at ON portcullis.session (revoked_at) WHERE revoked_at IS NOT NULL',
  `CREATE TABLE portcullis.account_epoch (
    account_id uuid NOT NULL,
    epoch bigint NOT NULL,
    ended_at timestamptz NOT NULL,
    cause text NOT NULL,
    actor text NOT NULL,
    by_session_id text,
    PRIMARY KEY (account_id, epoch)
  )`,
  'CREATE INDEX account_epoch_ended_at ON portcullis.account_epoch (ended_at)',
  `CREATE TABLE portcullis.verification (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES portcullis.account (id),
    link_epoch bigint NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('reset_password', 'change_email', 'undo_email_change')),
    secret_hash bytea NOT NULL CONSTRAINT verification_secret_hash_unique UNIQUE,
    payload jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
  )`,
  'CREATE INDEX verification_account ON portcullis.verification (account_id, purpose)',
  'CREATE INDEX verification_expires_at ON portcullis.verification (expires_at)',
  `CREATE TABLE portcullis.notice (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    message_id text NOT NULL,
    taken_at timestamptz,
    sent_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
  'CREATE INDEX notice_created_at ON portcullis.notice (created_at)',
  `CREATE TABLE portcullis.audit_event (
    id uuid NOT NULL,
    account_id uuid,
    at timestamptz NOT NULL,
    type text NOT NULL,
    actor text NOT NULL,
    session_id text,
    ip text,
    user_agent text,
    details jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (id, at)
  ) PARTITION BY RANGE (at)`,
  'CREATE INDEX audit_event_account ON portcullis.audit_event (account_id, at DESC, id DESC)',
  'CREATE TABLE portcullis.audit_event_rest PARTITION OF portcullis.audit_event DEFAULT',
  // By UTC, whatever the time zone of the session that adds a month: else neighbours overlap or leave a gap.
  `CREATE FUNCTION portcullis.audit_month(month date) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    EXECUTE format('CREATE TABLE IF NOT EXISTS portcullis.%I PARTITION OF portcullis.audit_event FOR VALUES FROM (%L) TO (%L)',
      'audit_event_' || to_char(month, 'YYYY_MM'), date_trunc('month', month::timestamp) AT TIME ZONE 'UTC',
      (date_trunc('month', month::timestamp) + interval '1 month') AT TIME ZONE 'UTC');
  END $$`,
  "SELECT portcullis.audit_month((date_trunc('month', now() AT TIME ZONE 'UTC') + n * interval '1 month')::date) FROM generate_series(0, 2) AS n",
  `CREATE FUNCTION portcullis.append_only() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
  END $$`,
  `CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE ON portcullis.audit_event
    FOR EACH ROW EXECUTE FUNCTION portcullis.append_only()`,
  `CREATE TABLE portcullis.revocation_feed (
    id bigserial PRIMARY KEY,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    account_id uuid NOT NULL,
    session_id text,
    except_session_id text,
    epoch bigint NOT NULL,
    type text NOT NULL,
    cause text NOT NULL,
    at timestamptz NOT NULL
  )`,
  'CREATE INDEX revocation_feed_order ON portcullis.revocation_feed (xid, id)',
  'CREATE INDEX revocation_feed_at ON portcullis.revocation_feed (at)',
  `CREATE TABLE portcullis.index_generation (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    generation text NOT NULL,
    replication_ids text[],
    postgres_system_id text,
    postgres_timeline text,
    leases_complete boolean NOT NULL DEFAULT true,
    registered_at timestamptz NOT NULL DEFAULT now()
  )`,
  // Names no history and no server: the first instance registers the first real generation.
  "INSERT INTO portcullis.index_generation (generation) VALUES (replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''))",
  `CREATE TABLE portcullis.index_lease (
    instance_id text PRIMARY KEY,
    generation text NOT NULL,
    expires_at timestamptz NOT NULL,
    reaches_index boolean NOT NULL,
    started_at timestamptz NOT NULL,
    version text NOT NULL
  )`,
];
