import type { Line } from '../services/account/import.ts';

/** A line of an import is a few hundred bytes. */
const MOST_CHARACTERS = 16_384;

/**
 * The lines of a stream, counted from 1, without blank ones. A line that is too long is passed over as it comes and
 * never held as a whole; one with bytes that are no UTF-8 is no text.
 */
export async function* linesOf(chunks: AsyncIterable<Buffer | string>): AsyncGenerator<Line> {
  const decoder = new TextDecoder('utf-8');
  let number = 1;
  let rest = '';
  let isTooLong = false;
  const line = (text: string): Line | null => {
    const whole = isTooLong ? null : text.trim();
    isTooLong = false;
    if (whole === '') return null;
    const isText = whole !== null && whole.length <= MOST_CHARACTERS && !whole.includes('\uFFFD');
    return { number, text: isText ? whole : null };
  };
  for await (const chunk of chunks) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk;
    const pieces = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = pieces.pop() ?? '';
    for (const piece of pieces) {
      const whole = line(piece);
      if (whole !== null) yield whole;
      number += 1;
    }
    if (rest.length > MOST_CHARACTERS) {
      isTooLong = true;
      rest = '';
    }
  }
  const last = line(rest + decoder.decode());
  if (last !== null) yield last;
}
