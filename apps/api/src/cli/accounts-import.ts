import { createReadStream } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { answer, CommandFailed, examples, type Io, type JsonOption, messageFor, withJson } from './io.ts';

interface ImportCommandOptions extends JsonOption {
  dryRun?: boolean;
  assumeVerified?: boolean;
  from: number;
}

/** Adds `accounts import`. */
export const registerAccountsImport = (accounts: Command, io: Io): void => {
  withJson(accounts.command('import'))
    .description('make accounts of another system’s, with the password hashes they have')
    .argument('<file>', 'JSON lines, or - for standard input')
    .option('--dry-run', 'say what would happen and change nothing')
    .option('--assume-verified', 'take addresses for proven when a line does not say')
    .option('--from <line>', 'begin at this line: where an import stopped', lineNumber, 1)
    .addHelpText(
      'after',
      `${examples('accounts import users.jsonl --dry-run', 'accounts import users.jsonl --json', 'accounts import - < users.jsonl')}\n${FORM}`,
    )
    .action((file: string, options: ImportCommandOptions) => runImport(io, file, options));
};

const FORM = `
A line: {"email":"ada@example.test","emailVerified":true,"name":"Ada","passwordHash":"$2b$12$…"}
Hashes: bcrypt, scrypt ($scrypt$ln=…), PBKDF2 ($pbkdf2-sha256$…, Django's), argon2id and argon2i; null for no password.
Each line that becomes no account is told on standard error, without what it holds. An account that exists is never
changed: an import may be run again. Ends with 1 when a line was refused.`;

const runImport = async (io: Io, file: string, options: ImportCommandOptions): Promise<void> => {
  const { asOperator } = await import('./operator.ts');
  const { importAccounts, ImportStopped } = await import('../services/account/import.ts');
  const { linesOf } = await import('./lines.ts');
  const refused = (line: number, reason: string) => io.err(`line ${line}: ${reason}\n`);
  const from = async function* () {
    const input = file === '-' ? (io.input ?? process.stdin) : createReadStream(file);
    for await (const line of linesOf(input)) if (line.number >= options.from) yield line;
  };
  const dryRun = options.dryRun === true;
  const assumeVerified = options.assumeVerified === true;
  try {
    const summary = await asOperator(io, { protocol: false }, (ctx) =>
      importAccounts(ctx, from(), { dryRun, assumeVerified, refused }),
    );
    const { imported, unchanged } = summary;
    const done = dryRun ? 'would be imported; nothing was changed' : 'imported';
    answer(io, options, { dryRun, ...summary }, [
      `${imported} ${done}`,
      `${unchanged} were there already`,
      `${summary.refused} refused`,
    ]);
    if (summary.refused > 0) io.fail(1);
  } catch (error) {
    if (isMissing(error)) throw new CommandFailed(`the file cannot be read (${error.code})`);
    if (!(error instanceof ImportStopped)) throw error;
    const why = messageFor(error.cause)?.replace(/^error: /, '') ?? 'a bug';
    throw new CommandFailed(`${why}. Run it again with --from ${error.line}`, { cause: error });
  }
};

const isMissing = (error: unknown): error is NodeJS.ErrnoException & { code: string } =>
  error instanceof Error && 'syscall' in error && (error.syscall === 'open' || error.syscall === 'read');

const lineNumber = (text: string): number => {
  if (!/^[1-9]\d{0,11}$/.test(text)) throw new InvalidArgumentError('Lines are counted from 1.');
  return Number(text);
};
