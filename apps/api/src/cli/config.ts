import type { Command } from 'commander';
import { ConfigError, loadConfig } from '../config.ts';
import { environmentDocs } from '../config/docs.ts';
import { limitsTable } from '../config/limit-docs.ts';
import { printable } from '../config/print.ts';
import { answer, examples, type Io, type JsonOption, withJson } from './io.ts';

/** Adds `config print | check | docs`. */
export const registerConfig = (program: Command, io: Io): void => {
  const config = program
    .command('config')
    .description('look at the configuration; secrets are never printed');

  withJson(config.command('print'))
    .description('print the configuration as the service would use it')
    .addHelpText('after', examples('config print', 'config print --json'))
    .action((options: JsonOption) => {
      const shown = printable(loadConfig(io.env));
      answer(io, options, shown, [JSON.stringify(shown, null, 2)]);
    });

  withJson(config.command('check'))
    .description('say everything that is wrong with the environment')
    .addHelpText('after', examples('config check', 'NODE_ENV=production config check --json'))
    .action((options: JsonOption) => {
      try {
        loadConfig(io.env);
        answer(io, options, { ok: true, problems: [] }, ['The configuration is complete.']);
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        if (options.json === true) answer(io, options, { ok: false, problems: error.problems }, []);
        else io.err(`${error.message}\n`);
        io.fail(1);
      }
    });

  config
    .command('docs')
    .description('print every setting with its meaning and default, as an environment file')
    .addHelpText('after', examples('config docs'))
    .action(() => io.out(environmentDocs()));

  config
    .command('limits')
    .description('print the table of limits as Markdown')
    .addHelpText('after', examples('config limits'))
    .action(() => io.out(`${limitsTable()}\n`));
};
