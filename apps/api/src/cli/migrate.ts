import { loadConfig } from '../config.ts';
import { GrantRefused, grantTo } from '../grant.ts';
import { migrate } from '../migrate.ts';
import { answer, CommandFailed, type Io, type JsonOption } from './io.ts';

/** @throws CommandFailed for a role that cannot be the application's. */
export const runMigrate = async (io: Io, options: JsonOption & { grantTo?: string }): Promise<void> => {
  const { database, cleanUp } = loadConfig(io.env);
  const applied = await migrate(database.url);
  const lines =
    applied.length === 0 ? ['The schema is up to date.'] : applied.map((name) => `applied ${name}`);
  const role = options.grantTo;
  if (role === undefined) {
    answer(io, options, { applied }, lines);
    return;
  }
  try {
    await grantTo(database.url, role, cleanUp.auditMonths);
  } catch (error) {
    if (error instanceof GrantRefused) throw new CommandFailed(error.message, { cause: error });
    throw error;
  }
  answer(io, options, { applied, grantedTo: role }, [...lines, `${role} may run the service`]);
};
