/** Patterns that make up a whole text: what a guesser tries before anything else. */

const DIGITS = '1234567890';
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz';
// Rows of the QWERTY, QWERTZ and AZERTY layouts, then paths down their columns and across two rows.
const ROWS = [
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertzuiop',
  'yxcvbnm',
  'azertyuiop',
  'qsdfghjklm',
  'wxcvbn',
];
const COLUMNS = ['1qaz', '2wsx', '3edc', '4rfv', '5tgb', '6yhn', '7ujm', '8ik', '9ol'];
const ZIGZAGS = ['1q2w3e4r5t6y7u8i9o0p', 'q1w2e3r4t5y6u7i8o9p0', 'qawsedrftgyhujikolp', 'azsxdcfvgbhnjmk'];
// Written twice, so that a run may go on from the end at the beginning.
const TRACKS = [DIGITS + DIGITS, ALPHABET + ALPHABET, ...ROWS, ...COLUMNS, ...ZIGZAGS];
const BOTH_WAYS = [...TRACKS, ...TRACKS.map((track) => [...track].reverse().join(''))];

const SHORTEST_RUN = 3;
const LONGEST_UNIT = 8;
const FEWEST_CHARACTERS = 3;

/**
 * The whole text is one unit repeated, one or two different characters, or runs along the alphabet, the digits or a
 * keyboard one after the other.
 * @param folded In lower case.
 */
export const isPredictable = (folded: string): boolean => {
  const text = [...folded];
  if (new Set(text).size < FEWEST_CHARACTERS) return true;
  return isRepeated(text) || isRuns(folded.replaceAll(/[\s._-]/g, ''));
};

/** One unit three times or more, or a short one twice; the last time may be cut off. */
const isRepeated = (text: readonly string[]): boolean => {
  const longest = Math.max(Math.floor(text.length / 3), Math.min(LONGEST_UNIT, Math.floor(text.length / 2)));
  for (let unit = 1; unit <= longest; unit += 1) {
    if (text.every((character, index) => character === text[index % unit])) return true;
  }
  return false;
};

const isRuns = (text: string): boolean => text.length > 0 && isCovered(text, runsAt);

/** Lengths of the runs that begin at `start`. */
const runsAt = (text: string, start: number): number[] => {
  const lengths: number[] = [];
  for (let length = SHORTEST_RUN; start + length <= text.length; length += 1) {
    const run = text.slice(start, start + length);
    const same = run === run.charAt(0).repeat(length);
    if (!same && !BOTH_WAYS.some((track) => track.includes(run))) break;
    lengths.push(length);
  }
  return lengths;
};

/** The whole text is these words, in any order and number; nothing at all is not. */
export const isMadeOf = (text: string, words: ReadonlySet<string>): boolean =>
  text !== '' &&
  isCovered(text, (whole, start) =>
    [...words].filter((word) => whole.startsWith(word, start)).map((word) => word.length),
  );

/** The text can be cut into pieces of lengths that `piecesAt` allows. */
const isCovered = (text: string, piecesAt: (text: string, start: number) => number[]): boolean => {
  const reached = new Set([0]);
  for (let start = 0; start < text.length; start += 1) {
    if (!reached.has(start)) continue;
    for (const length of piecesAt(text, start)) reached.add(start + length);
  }
  return reached.has(text.length);
};
