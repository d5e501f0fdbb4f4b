import { createHash } from 'node:crypto';
import type { BreachCheck, Clock } from '../ports.ts';

export interface BreachCheckOptions {
  /** Where the first five hexadecimal digits are appended: `https://api.pwnedpasswords.com/range`. */
  url: string;
  timeoutMs: number;
  clock: Pick<Clock, 'monotonicMs'>;
  /** Told once for each password that was looked up, or was not. */
  told?: (outcome: BreachOutcome) => void;
}

type BreachOutcome = 'clean' | 'breached' | 'unavailable' | 'skipped';

const PREFIX = 5;
/** A padded answer of the largest range is about 40 KB. */
const MOST_BYTES = 1_000_000;
/** Questions under way at a time; further ones are not asked. */
const MOST_AT_ONCE = 16;
const FAILURES = 3;
const PAUSE_MS = 30_000;

/**
 * Looks a password up in a collection of leaked ones by k-anonymity: the service is sent the first 20 bits of a SHA-1
 * and answers with all that begin so. It can refuse a password that it names and do nothing else: silence, errors,
 * redirects and answers of another form all mean "not known to be breached", within `timeoutMs`. After three failures
 * in a row nobody waits for it for half a minute.
 */
export const createBreachCheck = ({ url, timeoutMs, clock, told }: BreachCheckOptions): BreachCheck => {
  const base = url.replace(/\/$/, '');
  let underWay = 0;
  let failures = 0;
  let silentUntil = Number.NEGATIVE_INFINITY;

  const look = async (password: string): Promise<BreachOutcome> => {
    if (underWay >= MOST_AT_ONCE || clock.monotonicMs() < silentUntil) return 'skipped';
    const digest = createHash('sha1').update(password.normalize('NFC'), 'utf8').digest('hex').toUpperCase();
    underWay += 1;
    try {
      const isListed = await ask(`${base}/${digest.slice(0, PREFIX)}`, digest.slice(PREFIX), timeoutMs);
      failures = 0;
      return isListed ? 'breached' : 'clean';
    } catch {
      failures += 1;
      // After the pause one more failure is enough for the next one.
      if (failures >= FAILURES) silentUntil = clock.monotonicMs() + PAUSE_MS;
      return 'unavailable';
    } finally {
      underWay -= 1;
    }
  };

  return async (password) => {
    const outcome = await look(password);
    told?.(outcome);
    return outcome === 'breached';
  };
};

const ask = async (url: string, suffix: string, timeoutMs: number): Promise<boolean> => {
  const answer = await fetch(url, {
    // Padding hides from a listener how many there are.
    headers: { 'Add-Padding': 'true', Accept: 'text/plain', 'User-Agent': 'portcullis' },
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!answer.ok || answer.body === null) {
    await answer.body?.cancel();
    throw new Error(`the breach check was answered ${answer.status}`);
  }
  return isIn(await textOf(answer.body), suffix);
};

/** The signal of the request ends the reading, too. */
const textOf = async (body: ReadableStream<Uint8Array>): Promise<string> => {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body) {
    length += part.length;
    if (length > MOST_BYTES) throw new Error('the answer of the breach check is too long');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('latin1');
};

const LINE = /^([0-9A-F]{35}):(\d{1,15})$/i;

/** A count of 0 is padding. @throws Error when the answer is no list of suffixes */
const isIn = (text: string, suffix: string): boolean => {
  let isListed = false;
  for (const line of text.split('\n')) {
    const trimmed = line.trim();
    if (trimmed === '') continue;
    const [, listed, count] = LINE.exec(trimmed) ?? [];
    if (listed === undefined) throw new Error('the answer of the breach check is no list');
    if (listed.toUpperCase() === suffix && Number(count) > 0) isListed = true;
  }
  return isListed;
};
