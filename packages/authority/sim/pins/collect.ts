/**
 * What a fake stands for, taken from the source of the real code: its SQL as text, or the steps that a pattern names.
 * Comments and white space do not count.
 */

/** What a fake stands for, and which. */
export interface Pin {
  /** The real code. */
  file: string;
  /** Its fake below packages/authority/sim, and what of the text it leaves out. */
  fake: string;
  texts: readonly string[];
}

const TOKEN = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g;
const SQL =
  /\b(SELECT|INSERT|UPDATE|DELETE|SET|COMMIT|ROLLBACK|BEGIN|FROM|NULL|AS)\b|^(commit|rollback|begin)$/;

const plain = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

/** Every string in the source that is SQL or a part of it, in its order. */
export const sqlOf = (source: string): string[] =>
  [...source.matchAll(TOKEN)]
    .map(([, single, double, template]) => single ?? double ?? template ?? '')
    .filter((text) => SQL.test(text))
    .map(plain);

/** Every place where the pattern occurs in the code, in its order. */
export const stepsOf = (source: string, pattern: RegExp): string[] => {
  const code = source.replaceAll(TOKEN, (token) => (/^\/[/*]/.test(token) ? '' : token));
  return [...plain(code).matchAll(new RegExp(pattern, 'g'))].map(([step]) => step);
};
