import { withConnection } from '../adapters/postgres-connection.ts';
import type { Config } from '../config.ts';
import { type Check, failedIn, ok } from './check.ts';

// A superuser counts as a member of every role.
const ROLE = `
SELECT r.rolsuper AS superuser, coalesce((SELECT pg_has_role(n.nspowner, 'USAGE') FROM pg_namespace n WHERE n.nspname = 'portcullis'), false) AS owner,
  has_database_privilege(current_database(), 'CREATE') AS creates
FROM pg_roles r WHERE r.rolname = current_user`;

interface Role {
  superuser: boolean;
  owner: boolean;
  creates: boolean;
}

/** Whether the service's role could do more than the service does. Says nothing where Postgres cannot be asked. */
export const examineRole = async (config: Config): Promise<Check[]> => {
  const role = await roleOf(config.database.url).catch(() => null);
  if (role === null) return [];
  const excess = role.superuser
    ? 'the role is a superuser'
    : role.owner
      ? 'the role owns the schema'
      : role.creates
        ? 'the role may create schemas'
        : null;
  if (excess === null) return [ok('Postgres privileges', 'rows only, no DDL')];
  return [
    failedIn(config.environment === 'production')(
      'Postgres privileges',
      excess,
      'Serve with a role of its own: portcullis migrate --grant-to ROLE, as the owner of the schema.',
    ),
  ];
};

const roleOf = (url: string): Promise<Role | null> =>
  withConnection({ url, name: 'portcullis doctor' }, async (client) => {
    const { rows } = await client.query<Role>(ROLE);
    return rows[0] ?? null;
  });
