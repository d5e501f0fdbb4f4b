import { Migration } from '@mikro-orm/migrations';

/** Other services become clients with secrets of their own, and the feed remembers how far it was pruned. */
export class Migration20261124000001_service_clients extends Migration {
  override up(): void {
    for (const statement of STATEMENTS) this.addSql(statement);
  }
}

const STATEMENTS = [
  `CREATE TABLE portcullis.service_client (
    id uuid PRIMARY KEY,
    name text NOT NULL CONSTRAINT service_client_name_unique UNIQUE,
    secret_hash bytea NOT NULL,
    previous_secret_hash bytea,
    previous_secret_until timestamptz,
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL,
    rotated_at timestamptz NOT NULL,
    disabled_at timestamptz,
    CHECK ((previous_secret_hash IS NULL) = (previous_secret_until IS NULL))
  )`,
  // The last place of the feed that was removed. A reader that stands before it may have missed rows, and is told so.
  `CREATE TABLE portcullis.revocation_feed_pruned (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    xid xid8 NOT NULL,
    id bigint NOT NULL
  )`,
  "INSERT INTO portcullis.revocation_feed_pruned (xid, id) VALUES ('0', 0)",
  // Whoever removes rows, in the same commit: no reader can meet the hole before it can see this.
  `CREATE FUNCTION portcullis.revocation_feed_was_pruned() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE portcullis.revocation_feed_pruned p SET xid = last.xid, id = last.id
    FROM (SELECT gone.xid, gone.id FROM gone ORDER BY gone.xid DESC, gone.id DESC LIMIT 1) AS last
    WHERE (last.xid, last.id) > (p.xid, p.id);
    RETURN NULL;
  END $$`,
  `CREATE TRIGGER revocation_feed_pruned AFTER DELETE ON portcullis.revocation_feed
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION portcullis.revocation_feed_was_pruned()`,
];
