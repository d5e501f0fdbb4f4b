import { type Command, InvalidArgumentError } from 'commander';
import type { AuditQuery, AuditRecord } from '../services/account/audit-log.ts';
import type { RequestContext } from '../services/context.ts';
import { answer, examples, type Io, type JsonOption, withJson } from './io.ts';

interface AuditOptions extends JsonOption {
  lines?: boolean;
  type?: string[];
  since?: Date;
  until?: Date;
  limit: number;
}

const MOST = 1_000;

/** Adds `accounts audit`. */
export const registerAccountsAudit = (accounts: Command, io: Io): void => {
  withJson(accounts.command('audit'))
    .description('print what happened, of one account or of all, the newest first')
    .argument('[account]', 'its id, also of a deleted one, or its e-mail address')
    .option('--type <types>', 'only events of these types, separated by commas', typesOf)
    .option('--since <time>', 'only events from then on, such as 2026-11-25T00:00:00Z', timeOf)
    .option('--until <time>', 'only events before then', timeOf)
    .option('--limit <n>', `how many, at most ${MOST}`, limitOf, 50)
    .option('--lines', 'export all of them instead, the oldest first, as JSON lines')
    .addHelpText(
      'after',
      examples(
        'accounts audit ada@example.test',
        'accounts audit --type sign_in_failed --since 2026-11-25T00:00:00Z --json',
        'accounts audit --lines > audit.jsonl',
      ),
    )
    .action((who: string | undefined, options: AuditOptions) => runAudit(io, who, options));
};

const runAudit = async (io: Io, who: string | undefined, options: AuditOptions): Promise<void> => {
  const { asOperator } = await import('./operator.ts');
  const { everyEvent, newestEvents } = await import('../services/account/audit-log.ts');
  const { type: types, since, until } = options;
  await asOperator(io, { protocol: false }, async (ctx) => {
    const query: AuditQuery = {
      ...(who === undefined ? {} : { accountId: await accountIdOf(ctx, who) }),
      ...(types ? { types } : {}),
      ...(since ? { since } : {}),
      ...(until ? { until } : {}),
    };
    if (options.lines === true) {
      for await (const page of everyEvent(ctx, query)) {
        io.out(page.map((event) => `${JSON.stringify(event)}\n`).join(''));
        await io.drained?.();
      }
      return;
    }
    const events = await newestEvents(ctx, query, options.limit);
    answer(io, options, { events }, events.map(asText));
  });
};

/** An id is taken as it is: the events of a deleted account stay, its row does not. */
const accountIdOf = async (ctx: RequestContext, who: string): Promise<string> => {
  const { AuthError } = await import('../errors.ts');
  const { findAccountId } = await import('../services/account/set-disabled.ts');
  if (who.includes('@')) return findAccountId(ctx, who);
  if (!UUID.test(who)) throw new AuthError('not_found');
  return who;
};

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const asText = ({ at, type, actor, accountId, ip }: AuditRecord): string =>
  [at, type, actor, accountId ?? '–', ip ?? '–'].join('\t');

const typesOf = (text: string): string[] => {
  const types = text.split(',');
  if (types.some((type) => !/^[a-z_]{1,64}$/.test(type)))
    throw new InvalidArgumentError('A type has lower case letters and underscores.');
  return types;
};

const timeOf = (text: string): Date => {
  const time = new Date(text);
  if (!/^\d{4}-\d\d-\d\d(?:T|$)/.test(text) || Number.isNaN(time.getTime()))
    throw new InvalidArgumentError('Give a date, or a time such as 2026-11-25T00:00:00Z.');
  return time;
};

const limitOf = (text: string): number => {
  const limit = Number(text);
  if (!/^\d{1,4}$/.test(text) || limit < 1 || limit > MOST)
    throw new InvalidArgumentError(`Give a whole number from 1 to ${MOST}.`);
  return limit;
};
