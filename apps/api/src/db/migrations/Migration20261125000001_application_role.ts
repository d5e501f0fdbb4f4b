import { Migration } from '@mikro-orm/migrations';

/**
 * What a role without DDL cannot do by itself and the worker must: months of the audit log. Both functions run as the
 * owner of the schema and take no argument, so that whoever may call them can neither name a table nor shorten the
 * retention: that stands in a table which only the owner writes.
 */
export class Migration20261125000001_application_role extends Migration {
  override up(): void {
    for (const statement of STATEMENTS) this.addSql(statement);
  }
}

const STATEMENTS = [
  `CREATE TABLE portcullis.audit_retention (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    months integer CHECK (months >= 1)
  )`,
  'INSERT INTO portcullis.audit_retention (months) VALUES (NULL)',
  // As services/cleanup/audit-months.ts does it for a role that owns the schema.
  `CREATE FUNCTION portcullis.add_audit_months() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET lock_timeout = '500ms' AS $$
  DECLARE
    this_month timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
    month timestamp;
    added integer := 0;
  BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('portcullis.audit_months', 0)) THEN RETURN 0; END IF;
    FOR month IN SELECT m FROM generate_series(this_month, this_month + interval '2 months', interval '1 month') AS m
      WHERE to_regclass('portcullis.audit_event_' || to_char(m, 'YYYY_MM')) IS NULL
    LOOP
      BEGIN
        EXECUTE format('CREATE TABLE portcullis.%I (LIKE portcullis.audit_event INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
          'audit_event_' || to_char(month, 'YYYY_MM'));
        EXECUTE format('ALTER TABLE portcullis.audit_event ATTACH PARTITION portcullis.%I FOR VALUES FROM (%L) TO (%L)',
          'audit_event_' || to_char(month, 'YYYY_MM'), month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
        added := added + 1;
      EXCEPTION WHEN check_violation THEN
        -- Events of the month stand in the rest already, and stay there.
        NULL;
      END;
    END LOOP;
    RETURN added;
  END $$`,
  `CREATE FUNCTION portcullis.drop_audit_months() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET lock_timeout = '500ms' AS $$
  DECLARE
    kept integer := (SELECT months FROM portcullis.audit_retention);
    cut_off timestamp := date_trunc('month', now() AT TIME ZONE 'UTC') - kept * interval '1 month';
    old name;
    dropped integer := 0;
  BEGIN
    IF kept IS NULL OR NOT pg_try_advisory_xact_lock(hashtextextended('portcullis.audit_months', 0)) THEN RETURN 0; END IF;
    FOR old IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = 'portcullis.audit_event'::regclass AND CASE WHEN c.relname ~ '^audit_event_[0-9]{4}_[0-9]{2}$'
        THEN to_timestamp(right(c.relname, 7), 'YYYY_MM')::timestamp < cut_off END
      ORDER BY c.relname
    LOOP
      EXECUTE format('DROP TABLE portcullis.%I', old);
      dropped := dropped + 1;
    END LOOP;
    IF EXISTS (SELECT 1 FROM portcullis.audit_event_rest)
       AND NOT EXISTS (SELECT 1 FROM portcullis.audit_event_rest WHERE at >= cut_off AT TIME ZONE 'UTC') THEN
      LOCK TABLE portcullis.audit_event_rest IN ACCESS EXCLUSIVE MODE;
      IF NOT EXISTS (SELECT 1 FROM portcullis.audit_event_rest WHERE at >= cut_off AT TIME ZONE 'UTC') THEN
        TRUNCATE portcullis.audit_event_rest;
      END IF;
    END IF;
    RETURN dropped;
  END $$`,
  'REVOKE ALL ON FUNCTION portcullis.add_audit_months(), portcullis.drop_audit_months() FROM PUBLIC',
];
