import type { Command } from 'commander';
import { ConfigError, type Environment } from '../config.ts';
import { AuthError } from '../errors.ts';
import { CannotListen } from '../listen.ts';

/** What a command touches of its process. */
export interface Io {
  env: Environment;
  /** The result of the command and nothing else. */
  out: (text: string) => void;
  /** Resolves once the result so far was taken: what is long waits for its reader. */
  drained?: () => Promise<void>;
  /** Everything for people. */
  err: (text: string) => void;
  /** Standard input, where it is not the process's own. */
  input?: AsyncIterable<Buffer | string>;
  /** Ends with this code once the command has run. */
  fail: (code: 1 | 2) => void;
}

/** The command cannot be done; its message is for the operator. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}

export interface JsonOption {
  json?: boolean;
}

export const withJson = (command: Command): Command =>
  command.option('--json', 'print exactly one JSON document');

export const examples = (...lines: string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ npm run --silent portcullis -- ${line}`).join('\n')}`;

/** The answer of a command: one JSON document, or lines for a person. */
export const answer = (io: Io, { json }: JsonOption, document: unknown, lines: string[]): void =>
  io.out(json === true ? `${JSON.stringify(document)}\n` : lines.map((line) => `${line}\n`).join(''));

/** What an operator reads of an error; null for those that are bugs. */
export const messageFor = (error: unknown): string | null => {
  if (error instanceof ConfigError) return error.message;
  if (error instanceof CommandFailed || error instanceof CannotListen) return `error: ${error.message}`;
  if (error instanceof AuthError)
    return `error: ${sentences[error.reason] ?? error.reason}${error.mayHaveTakenEffect ? ' (it may have taken effect)' : ''}`;
  if (error instanceof Error && 'code' in error && typeof error.code === 'string')
    return `error: ${codeSentence(error.code, error.message)}`;
  return null;
};

const sentences: Partial<Record<AuthError['reason'], string>> = {
  not_found: 'there is no such account',
  unavailable: 'Postgres or Redis did not answer in time; portcullis doctor says which',
  password_rejected: 'the password breaks the policy',
};

const codeSentence = (code: string, message: string): string => {
  if (code === 'ECONNREFUSED')
    return 'nothing answers at the address of Postgres; portcullis doctor says more';
  if (code === '28P01' || code === '28000') return 'Postgres refuses this user or password';
  if (code === '3D000') return 'the database does not exist';
  if (code === '42P01' || code === '3F000') return 'the database has no schema yet: run portcullis migrate';
  // The ORM puts the statement with its values before the server's words, and the row in question after them.
  const [said = ''] = message.split(/\s- detail: /);
  return `${said
    .slice(said.lastIndexOf(' - ') + 1)
    .replace(/^- /, '')
    .trim()} (${code})`;
};
