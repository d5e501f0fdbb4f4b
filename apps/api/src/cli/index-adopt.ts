import { type Command, InvalidArgumentError } from 'commander';
import { answer, CommandFailed, examples, type Io, type JsonOption, withJson } from './io.ts';

/** Adds `index show | adopt`. */
export const registerIndex = (program: Command, io: Io): void => {
  const index = program
    .command('index')
    .description('the session index in Redis: which history of it is trusted');

  withJson(index.command('show'))
    .description('print the generation that is trusted and who holds a lease on it')
    .addHelpText('after', examples('index show', 'index show --json'))
    .action(async (options: JsonOption) => {
      const { showIndex } = await import('../index-history.ts');
      const { loadConfig } = await import('../config.ts');
      const shown = await showIndex(loadConfig(io.env).database.url);
      const leases = shown.leases.map(
        ({ instance, current, reaches }) =>
          `  ${instance}  ${current ? 'current' : 'older'} generation, ${reaches ? 'reaches' : 'does not reach'} the index`,
      );
      answer(io, options, shown, [
        `generation ${shown.generation}`,
        `histories  ${shown.replicationIds?.join(' ') ?? 'none: Postgres answers every check'}`,
        `leases     ${leases.length}`,
        ...leases,
      ]);
    });

  withJson(index.command('adopt'))
    .description('trust another Redis from now on: the one in REDIS_URL, or the histories given')
    .argument('[histories...]', 'master_replid of each primary, as INFO replication prints it', asHistories)
    .addHelpText(
      'after',
      `${examples('index adopt', 'index adopt 8371445ee47bf74e7a1b4a9a1b4c5a1f7bb9e5d0', 'index adopt --json')}

For moving to another Redis under a rolling deploy, or away from one that came back with old data. The index starts
empty; instances that cannot reach it answer from Postgres, and take it back to what they do reach if nobody reaches it.`,
    )
    .action(async (given: string[] | undefined, options: JsonOption) => {
      const { adoptIndex, historyOfRedis } = await import('../index-history.ts');
      const { loadConfig } = await import('../config.ts');
      const config = loadConfig(io.env);
      const histories =
        given !== undefined && given.length > 0 ? given : await historyOfRedis(config.redis?.url ?? null);
      if (histories === null)
        throw new CommandFailed(
          'the Redis in REDIS_URL is not there or no primary: name the history instead',
        );
      const adopted = await adoptIndex(config, histories);
      if (adopted === null) throw new CommandFailed('revoking writes kept the generation in use; try again');
      const waiting =
        adopted.pending > 0
          ? [
              `${adopted.pending} instances have not adopted it yet; revocations wait until their leases run out`,
            ]
          : [];
      answer(io, options, adopted, [
        `generation ${adopted.generation} trusts ${adopted.replicationIds.join(' ')}`,
        ...waiting,
      ]);
    });
};

const asHistories = (value: string, before: string[] | undefined): string[] => {
  if (!/^[0-9a-f]{40}$/.test(value)) throw new InvalidArgumentError('It has 40 hexadecimal digits.');
  return [...(before ?? []), value];
};
