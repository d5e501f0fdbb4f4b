import type { RequestContext } from '../context.ts';
import { type ClientView, clientView, VIEW, type ViewRow } from './record.ts';

/** Every client, by name. For operators. */
export const listClients = async (ctx: RequestContext): Promise<ClientView[]> => {
  const sql = `SELECT ${VIEW} FROM portcullis.service_client ORDER BY name`;
  return (await ctx.deps.db.read((em) => em.execute<ViewRow[]>(sql))).map(clientView);
};
