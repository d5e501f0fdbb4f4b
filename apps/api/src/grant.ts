import pg from 'pg';
import { GRANTS, POLICIES } from './db/grants.ts';

const TIMEOUT_MS = 15_000;

/** The role cannot be the application's; the message is for the operator. */
export class GrantRefused extends Error {
  override readonly name = 'GrantRefused';
}

const ROLE = `
SELECT r.rolsuper OR r.rolbypassrls OR r.rolcreaterole AS powerful, pg_has_role(r.oid, current_user, 'MEMBER') AS owner
FROM pg_roles r WHERE r.rolname = $1`;

/**
 * Lets a role run the service and nothing else: read and write rows, add audit events but not change them, no DDL.
 * What it could do before in these schemas and is not named here is taken away, so that it may be run again.
 * @param auditMonths How many whole months of audit events clean-up keeps; null keeps all. Only the owner of the schema
 * can say so: the application's role may drop what is older and nothing else.
 * @throws GrantRefused for a role that does not exist, is too powerful, or is the owner itself.
 */
export const grantTo = async (
  databaseUrl: string,
  role: string,
  auditMonths: number | null,
): Promise<void> => {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'portcullis migrate',
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ powerful: boolean; owner: boolean }>(ROLE, [role]);
    const [found] = rows;
    if (found === undefined) throw new GrantRefused('there is no such role: create it first');
    if (found.powerful)
      throw new GrantRefused(
        'the role may do everything already: it is a superuser, makes roles or bypasses policies',
      );
    if (found.owner) throw new GrantRefused('the role owns the schema, or belongs to the role that does');
    const name = client.escapeIdentifier(role);
    await client.query('BEGIN');
    for (const statement of GRANTS) await client.query(statement.replaceAll(':role', () => name));
    for (const statement of POLICIES(client.escapeLiteral(role))) await client.query(statement);
    await client.query('UPDATE portcullis.audit_retention SET months = $1', [auditMonths]);
    await client.query('COMMIT');
  } finally {
    await client.end().catch(() => undefined);
  }
};
