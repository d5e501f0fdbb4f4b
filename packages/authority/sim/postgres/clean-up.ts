import type { SimProcess } from '../process.ts';
import type { Database } from './database.ts';
import { deadLeases, removeLeases } from './protocol-statements.ts';

/** The steps of the service's cleanup/leases.ts. */
export const cleanUpLeases = async (
  database: Database,
  process: SimProcess,
  leaseMs: number,
): Promise<void> => {
  const suspects = await database.once(process, 'clean-up', (one) => one.statement(deadLeases(10 * leaseMs)));
  if (suspects.length === 0) return;
  await process.clock.sleep(leaseMs);
  await database.once(process, 'clean-up', (one) => one.statement(removeLeases(suspects)));
};
