import { SCOPES, type Scope } from '@portcullis/contracts/services';
import { type Command, InvalidArgumentError } from 'commander';
import type { RequestContext } from '../services/context.ts';
import { answer, CommandFailed, examples, type Io, type JsonOption, withJson } from './io.ts';

/** Adds `clients create | rotate | disable | enable | list`. */
export const registerClients = (program: Command, io: Io): void => {
  const clients = program
    .command('clients')
    .description('let other services ask about sessions, each with a secret of its own');
  addCreate(clients, io);
  addRotate(clients, io);
  addSwitch(clients, io, 'disable', 'refuse a client from now on, on every instance within seconds');
  addSwitch(clients, io, 'enable', 'let a disabled client in again, with the secret it had');
  withJson(clients.command('list'))
    .description('print the clients, without their secrets')
    .addHelpText('after', examples('clients list', 'clients list --json'))
    .action(async (options: JsonOption) => {
      const { listClients } = await import('../services/client/list.ts');
      const listed = await operate(io, listClients);
      const lines = listed.map(({ id, name, scopes, disabledAt }) =>
        [id, name, scopes.join(','), disabledAt === null ? 'enabled' : `disabled ${disabledAt}`].join('\t'),
      );
      answer(io, options, listed, lines);
    });
};

const addCreate = (clients: Command, io: Io): void => {
  withJson(clients.command('create'))
    .description('make a client and print its secret, this once')
    .argument('<name>', 'lower case letters, digits, dots and dashes: billing-api')
    .option('--scopes <scopes>', `separated by commas, of: ${SCOPES.join(', ')}`, scopesOf, [...SCOPES])
    .addHelpText(
      'after',
      examples('clients create billing', 'clients create proxy --scopes introspect --json'),
    )
    .action(async (name: string, options: JsonOption & { scopes: Scope[] }) => {
      const { createClient } = await import('../services/client/create.ts');
      const made = await operate(io, (ctx) => createClient(ctx, name, options.scopes), {
        conflict: `there is a client ${name} already; clients rotate ${name} gives it a new secret`,
        input_invalid: 'a name has 1 to 64 lower case letters, digits, dots, dashes and underscores',
      });
      answer(io, options, made, [
        `id      ${made.id}`,
        `secret  ${made.secret}`,
        `scopes  ${made.scopes.join(',')}`,
        'The secret is not shown again.',
      ]);
    });
};

const addRotate = (clients: Command, io: Io): void => {
  withJson(clients.command('rotate'))
    .description('give a client a new secret and print it, this once')
    .argument('<client>', 'its id or name')
    .option('--overlap <seconds>', 'how long the old secret is good beside the new one', secondsOf, 0)
    .addHelpText('after', examples('clients rotate billing', 'clients rotate billing --overlap 600 --json'))
    .action(async (who: string, options: JsonOption & { overlap: number }) => {
      const { rotateClient } = await import('../services/client/rotate.ts');
      const made = await operate(io, (ctx) => rotateClient(ctx, who, options.overlap), MISSING);
      answer(io, options, made, [
        `id      ${made.id}`,
        `secret  ${made.secret}`,
        'The secret is not shown again.',
      ]);
    });
};

const addSwitch = (clients: Command, io: Io, name: 'disable' | 'enable', description: string): void => {
  withJson(clients.command(name))
    .description(description)
    .argument('<client>', 'its id or name')
    .addHelpText('after', examples(`clients ${name} billing`, `clients ${name} billing --json`))
    .action(async (who: string, options: JsonOption) => {
      const { setClientDisabled } = await import('../services/client/set-disabled.ts');
      const { id } = await operate(io, (ctx) => setClientDisabled(ctx, who, name === 'disable'), MISSING);
      answer(io, options, { id, status: `${name}d` }, [`${name}d`]);
    });
};

const MISSING = { not_found: 'there is no such client' };

/** Runs a verb; what it refuses with is told in the words of these commands. */
const operate = async <T>(
  io: Io,
  work: (ctx: RequestContext) => Promise<T>,
  sentences: Record<string, string> = {},
): Promise<T> => {
  const { asOperator } = await import('./operator.ts');
  const { AuthError } = await import('../errors.ts');
  try {
    return await asOperator(io, { protocol: false }, work);
  } catch (error) {
    const sentence = error instanceof AuthError ? sentences[error.reason] : undefined;
    throw sentence === undefined ? error : new CommandFailed(sentence);
  }
};

const scopesOf = (text: string): Scope[] => {
  const named = text.split(',').map((name) => name.trim());
  const unknown = named.find((name) => !SCOPES.some((scope) => scope === name));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`There is no scope "${unknown}"; there are ${SCOPES.join(', ')}.`);
  return named as Scope[];
};

const MOST_SECONDS = 7 * 86_400;

const secondsOf = (text: string): number => {
  const seconds = Number(text);
  if (!/^\d+$/.test(text) || seconds > MOST_SECONDS)
    throw new InvalidArgumentError(`Give whole seconds, at most ${MOST_SECONDS}.`);
  return seconds;
};
