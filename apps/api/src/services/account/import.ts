import type { Tx } from '../../db/transaction.ts';
import {
  type ImportedAccount,
  type LineRefusal,
  readImportedAccount,
} from '../../domain/imported-account.ts';
import type { RequestContext } from '../context.ts';
import { audit, databaseTime } from '../record.ts';
import { NO_PASSWORD } from './password.ts';

/** A line of the file; null when it is too long or no UTF-8. */
export interface Line {
  number: number;
  text: string | null;
}

export interface ImportOptions {
  dryRun: boolean;
  /** See `readImportedAccount`. */
  assumeVerified: boolean;
  /** Told of each line that became no account, in the order of the file within a batch. */
  refused: (line: number, reason: LineRefusal | 'unreadable' | 'exists') => void;
}

export interface ImportSummary {
  imported: number;
  /** There already, with this very hash: of an import before this one. */
  unchanged: number;
  refused: number;
}

/** The import ended before this line; what stands before it is done. */
export class ImportStopped extends Error {
  override readonly name = 'ImportStopped';
  readonly line: number;

  constructor(line: number, cause: unknown) {
    super(`the import stopped before line ${line}`, { cause });
    this.line = line;
  }
}

const BATCH = 200;
const BATCH_MS = 15_000;

interface Candidate extends ImportedAccount {
  line: number;
  id: string;
}

/**
 * Makes accounts of the lines, a batch in each transaction. An account that exists is never changed, so that an import
 * may be run again from any line. Hashes of other systems are stored as they are: they are verified at the first
 * sign-in and replaced by one of today's then.
 * @throws ImportStopped when a batch could not be written.
 */
export const importAccounts = async (
  ctx: RequestContext,
  lines: AsyncIterable<Line>,
  options: ImportOptions,
): Promise<ImportSummary> => {
  const summary: ImportSummary = { imported: 0, unchanged: 0, refused: 0 };
  const refuse = (line: number, reason: Parameters<ImportOptions['refused']>[1]) => {
    summary.refused += 1;
    options.refused(line, reason);
  };
  let batch: Candidate[] = [];
  const write = async () => {
    if (batch.length === 0) return;
    const written = await writeBatch(ctx, batch, options.dryRun);
    for (const candidate of batch) {
      const outcome = written.get(candidate.id) ?? 'exists';
      if (outcome === 'exists') refuse(candidate.line, 'exists');
      else summary[outcome] += 1;
    }
    batch = [];
  };
  for await (const { number, text } of lines) {
    const read = text === null ? 'unreadable' : readImportedAccount(text, options.assumeVerified);
    if (typeof read === 'string') refuse(number, read);
    else batch.push({ ...read, line: number, id: ctx.deps.random.uuid() });
    if (batch.length >= BATCH) await write();
  }
  await write();
  return summary;
};

type Outcomes = Map<string, 'imported' | 'unchanged'>;

/** Undoes a batch that was only tried. */
class Tried extends Error {
  readonly outcomes: Outcomes;

  constructor(outcomes: Outcomes) {
    super('this was a dry run');
    this.outcomes = outcomes;
  }
}

const writeBatch = async (ctx: RequestContext, batch: Candidate[], dryRun: boolean): Promise<Outcomes> => {
  const { db, clock } = ctx.deps;
  try {
    return await db.write(clock.monotonicMs() + BATCH_MS, async (tx) => {
      const outcomes = await insertBatch(tx, ctx, batch);
      if (dryRun) throw new Tried(outcomes);
      return outcomes;
    });
  } catch (error) {
    if (error instanceof Tried) return error.outcomes;
    throw new ImportStopped(batch[0]?.line ?? 0, error);
  }
};

// Two lines of one address: the first becomes the account.
const insertOf = (rows: number) => `
INSERT INTO portcullis.account (id, email, email_key, name, password_hash)
VALUES ${Array(rows).fill('(?::uuid, ?, ?, ?, ?)').join(', ')} ON CONFLICT (email_key) DO NOTHING RETURNING id`;

const insertBatch = async (tx: Tx, ctx: RequestContext, batch: Candidate[]): Promise<Outcomes> => {
  const values = batch.flatMap((one) => [
    one.id,
    one.email,
    one.emailKey,
    one.name,
    one.passwordHash ?? NO_PASSWORD,
  ]);
  const made = new Set(
    (await tx.execute<{ id: string }[]>(insertOf(batch.length), values)).map(({ id }) => id),
  );
  const outcomes: Outcomes = new Map([...made].map((id) => [id, 'imported']));
  const imported = batch.filter(({ id }) => made.has(id));
  const at = await databaseTime(tx);
  for (const { id } of imported)
    audit(tx, ctx, at, {
      accountId: id,
      type: 'account_created',
      actor: 'operator',
      details: { imported: true },
    });
  await tx.flush();
  // Somebody's sign-up of the address can be confirmed no more: its row would only wait for its end.
  if (imported.length > 0)
    await tx.execute(
      `DELETE FROM portcullis.registration WHERE email_key IN (${placesFor(imported)})`,
      imported.map(({ emailKey }) => emailKey),
      'run',
    );
  const others = batch.filter(({ id }) => !made.has(id));
  const there = await hashesOf(tx, others);
  for (const { id, emailKey, passwordHash } of others)
    if (there.get(emailKey) === (passwordHash ?? NO_PASSWORD)) outcomes.set(id, 'unchanged');
  return outcomes;
};

const placesFor = (candidates: Candidate[]): string => candidates.map(() => '?').join(', ');

const hashesOf = async (tx: Tx, candidates: Candidate[]): Promise<Map<string, string>> => {
  if (candidates.length === 0) return new Map();
  const rows = await tx.execute<{ email_key: string; password_hash: string }[]>(
    `SELECT email_key, password_hash FROM portcullis.account WHERE email_key IN (${placesFor(candidates)})`,
    candidates.map(({ emailKey }) => emailKey),
  );
  return new Map(rows.map((row) => [row.email_key, row.password_hash]));
};
