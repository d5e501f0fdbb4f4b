/** Tables whose rows the application may not change: it adds audit events, and reads the rest. */
const APPEND_ONLY = 'audit_event';
const READ_ONLY = ['audit_retention', 'migration'];

/**
 * Every table of the service but these and the months of the audit log: those are reached through their parent, and
 * never by themselves.
 */
const ORDINARY_TABLES = `
DO $$
DECLARE one text;
BEGIN
  FOR one IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'portcullis'::regnamespace AND c.relkind IN ('r', 'p')
    AND NOT c.relispartition AND c.relname NOT IN (${[APPEND_ONLY, ...READ_ONLY].map((name) => `'${name}'`).join(', ')})
  LOOP
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON portcullis.%I TO :role', one);
  END LOOP;
END $$`;

/** What the application's role may do; `:role` stands for its quoted name. */
export const GRANTS: readonly string[] = [
  'REVOKE ALL ON ALL TABLES IN SCHEMA portcullis, graphile_worker FROM :role',
  'REVOKE ALL ON ALL SEQUENCES IN SCHEMA portcullis, graphile_worker FROM :role',
  'REVOKE ALL ON SCHEMA portcullis, graphile_worker FROM :role',
  'REVOKE CREATE ON SCHEMA portcullis, graphile_worker FROM PUBLIC',
  'GRANT USAGE ON SCHEMA portcullis, graphile_worker TO :role',
  ORDINARY_TABLES,
  `GRANT SELECT, INSERT ON portcullis.${APPEND_ONLY} TO :role`,
  ...READ_ONLY.map((table) => `GRANT SELECT ON portcullis.${table} TO :role`),
  'GRANT USAGE ON ALL SEQUENCES IN SCHEMA portcullis TO :role',
  'GRANT EXECUTE ON FUNCTION portcullis.add_audit_months(), portcullis.drop_audit_months() TO :role',
  'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA graphile_worker TO :role',
  'REVOKE INSERT, UPDATE, DELETE ON graphile_worker.migrations FROM :role',
  'GRANT USAGE ON ALL SEQUENCES IN SCHEMA graphile_worker TO :role',
];

/** The queue's tables show their rows to their owner only, unless a policy says otherwise. */
export const POLICIES = (role: string): string[] => [
  `DO $$
DECLARE one text;
BEGIN
  FOR one IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'graphile_worker'::regnamespace AND c.relrowsecurity
  LOOP
    EXECUTE format('DROP POLICY IF EXISTS %I ON graphile_worker.%I', left('application ' || ${role}, 63), one);
    EXECUTE format('CREATE POLICY %I ON graphile_worker.%I TO %I USING (true) WITH CHECK (true)', left('application ' || ${role}, 63), one, ${role});
  END LOOP;
END $$`,
];
