import { Command, CommanderError } from 'commander';
import { VERSION } from '../version.ts';
import { registerAccounts } from './accounts.ts';
import { registerClients } from './clients.ts';
import { registerConfig } from './config.ts';
import { registerDoctor } from './doctor.ts';
import { registerIndex } from './index-adopt.ts';
import { examples, type Io, type JsonOption, messageFor, withJson } from './io.ts';
import { registerJobs } from './jobs.ts';
import { registerKeys } from './keys.ts';
import { registerMails } from './mails.ts';

/** All commands. What a command needs is loaded when it runs: `--help` opens no connection and reads no list. */
const createProgram = (io: Io): Command => {
  const program = new Command('portcullis')
    .description('Authentication in which revoked means revoked on the next request, everywhere.')
    .version(VERSION)
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .showHelpAfterError('(add --help for the usage)')
    .addHelpText(
      'after',
      `${examples('doctor', 'migrate', 'serve')}\n\nEnds with 0 when done, 1 when it failed, 2 when called wrongly. Settings come from the environment: config docs.`,
    );

  program
    .command('serve')
    .description('answer requests on PORT, and probes and metrics on OPS_PORT')
    .addHelpText('after', examples('serve', 'serve   # with PORT=8080 in the environment'))
    .action(async () => {
      const [{ serve }, { loadConfig }] = await Promise.all([import('../serve.ts'), import('../config.ts')]);
      await serve(loadConfig(io.env));
    });

  program
    .command('worker')
    .description('send mails and clean up; probes and metrics on OPS_PORT')
    .addHelpText('after', examples('worker', 'worker   # with OPS_PORT=9001 in the environment'))
    .action(async () => {
      const [{ work }, { loadConfig }] = await Promise.all([import('../work.ts'), import('../config.ts')]);
      await work(loadConfig(io.env));
    });

  withJson(program.command('migrate'))
    .description('bring the schemas of the service and of its queue up to date')
    .option('--grant-to <role>', 'then let this role run the service, and nothing else')
    .addHelpText('after', examples('migrate', 'migrate --json', 'migrate --grant-to portcullis_app'))
    .action(async (options: JsonOption & { grantTo?: string }) => {
      const { runMigrate } = await import('./migrate.ts');
      await runMigrate(io, options);
    });

  withJson(program.command('seed'))
    .description('make sure that the demo account of development exists')
    .addHelpText('after', examples('seed', 'seed --json'))
    .action(async (options: JsonOption) => {
      const { seed } = await import('./seed.ts');
      await seed(io, options);
    });

  registerAccounts(program, io);
  registerClients(program, io);
  registerConfig(program, io);
  registerDoctor(program, io);
  registerIndex(program, io);
  registerJobs(program, io);
  registerMails(program, io);
  registerKeys(program, { env: io.env, write: io.out });
  return program;
};

/** Runs one command line. @returns the exit code: 0 done, 1 failed, 2 called wrongly. */
export const run = async (args: string[], io: Omit<Io, 'fail'>): Promise<number> => {
  let code = 0;
  try {
    await createProgram({ ...io, fail: (failed) => (code = failed) }).parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return codeOf(error);
    const message = messageFor(error);
    io.err(`${message ?? (error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`);
    return 1;
  }
};

/** Asking for help is done; a command that ended itself says how; anything else was called wrongly. */
const codeOf = (error: CommanderError): number => {
  if (error.code === 'commander.error') return error.exitCode;
  return error.exitCode === 0 ? 0 : 2;
};
