/** Deeper than any contract: a batch of objects of objects. */
const DEEPEST = 8;
/** Names through which a careless merge would reach every object of the process. */
const REFUSED = new Set(['__proto__', 'constructor', 'prototype']);

/** @throws SyntaxError for text that is no JSON, is too deep, names a key twice, or names one that no contract has. */
export const parseJson = (text: string): unknown => {
  const value: unknown = JSON.parse(text);
  examine(text);
  return value;
};

/** Walks over text that is known to be JSON: `JSON.parse` keeps silent about keys that are given twice. */
const examine = (text: string): void => {
  const open: (Set<string> | null)[] = [];
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i];
    if (char === '{' || char === '[') open.push(char === '{' ? new Set() : null);
    else if (char === '}' || char === ']') open.pop();
    else if (char === '"') {
      const end = endOfString(text, i);
      if (isKey(text, end)) addKey(open.at(-1), JSON.parse(text.slice(i, end)) as string);
      i = end - 1;
    }
    if (open.length > DEEPEST) throw new SyntaxError('too deep');
  }
};

const endOfString = (text: string, start: number): number => {
  let i = start + 1;
  while (text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return i + 1;
};

const isKey = (text: string, after: number): boolean => {
  let i = after;
  while (text[i] === ' ' || text[i] === '\n' || text[i] === '\r' || text[i] === '\t') i += 1;
  return text[i] === ':';
};

const addKey = (keys: Set<string> | null | undefined, key: string): void => {
  if (!keys || keys.has(key) || REFUSED.has(key)) throw new SyntaxError('a key is given twice or is refused');
  keys.add(key);
};
