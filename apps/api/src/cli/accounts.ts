import type { Command } from 'commander';
import type { RequestContext } from '../services/context.ts';
import { registerAccountsAudit } from './accounts-audit.ts';
import { registerAccountsImport } from './accounts-import.ts';
import { answer, examples, type Io, type JsonOption, withJson } from './io.ts';

/** Adds `accounts show | disable | enable | sign-out | import | audit`. */
export const registerAccounts = (program: Command, io: Io): void => {
  const accounts = program
    .command('accounts')
    .description('look at an account, disable it, or end its sessions; bring accounts from elsewhere');
  const add = (
    name: string,
    description: string,
    protocol: boolean,
    run: (ctx: RequestContext, accountId: string) => Promise<{ document: object; lines: string[] }>,
  ) =>
    withJson(accounts.command(name))
      .description(description)
      .argument('<account>', 'its id or e-mail address')
      .addHelpText(
        'after',
        examples(`accounts ${name} ada@example.test`, `accounts ${name} ada@example.test --json`),
      )
      .action(async (who: string, options: JsonOption) => {
        const { asOperator } = await import('./operator.ts');
        const { findAccountId } = await import('../services/account/set-disabled.ts');
        const { AuthError } = await import('../errors.ts');
        const { document, lines } = await asOperator(io, { protocol }, async (ctx) => {
          if (!who.includes('@') && !UUID.test(who)) throw new AuthError('not_found');
          return run(ctx, await findAccountId(ctx, who));
        });
        answer(io, options, document, lines);
      });

  add('show', 'print what is on record about an account, without secrets', false, show);
  add('disable', 'end every session and let nobody sign in', true, async (ctx, accountId) => {
    const { disableAccount } = await import('../services/account/set-disabled.ts');
    const { sessionsEnded } = await disableAccount(ctx, accountId);
    return {
      document: { accountId, status: 'disabled', sessionsEnded },
      lines: [`disabled; ${sessionsEnded} sessions ended`],
    };
  });
  add('enable', 'let the account sign in again; no session comes back', false, async (ctx, accountId) => {
    const { enableAccount } = await import('../services/account/set-disabled.ts');
    await enableAccount(ctx, accountId);
    return { document: { accountId, status: 'enabled' }, lines: ['enabled'] };
  });
  add('sign-out', 'end every session of the account', true, async (ctx, accountId) => {
    const { signOutAccount } = await import('../services/account/set-disabled.ts');
    const { sessionsEnded } = await signOutAccount(ctx, accountId);
    return { document: { accountId, sessionsEnded }, lines: [`${sessionsEnded} sessions ended`] };
  });
  registerAccountsAudit(accounts, io);
  registerAccountsImport(accounts, io);
};

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const show = async (ctx: RequestContext, accountId: string) => {
  const { describeAccount } = await import('../services/account/describe.ts');
  const described = await describeAccount(ctx, accountId);
  const lines = Object.entries(described).map(([name, value]) => `${name.padEnd(14)} ${value ?? '–'}`);
  return { document: described, lines };
};
