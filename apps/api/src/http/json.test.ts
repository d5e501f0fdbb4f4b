import { describe, expect, test } from 'vitest';
import { parseJson } from './json.ts';

describe('JSON from outside', () => {
  test.each([
    '{"a":[{"b":"c:\\"{}"}],"d":null}',
    '[]',
    '"text"',
    ' { "a" : 1 , "b" : [ "a" , "a" ] } ',
    '{"a":{"a":1},"b":{"a":1}}',
    '{"":1}',
  ])('%s is what JSON.parse makes of it', (text) => expect(parseJson(text)).toEqual(JSON.parse(text)));

  test.each([
    '',
    '{',
    '{"a":1,}',
    '{"a":1,"a":2}',
    '[{"b":{"c":1,"\\u0063":2}}]',
    '{"__proto__":1}',
    '[{"constructor":1}]',
    '{"a":{"prototype":{}}}',
    '[[[[[[[[[]]]]]]]]]',
  ])('%s is refused', (text) => expect(() => parseJson(text)).toThrow(SyntaxError));

  test('a name that is refused as a key may be a value', () => {
    expect(parseJson('{"a":"__proto__","b":["constructor"]}')).toEqual({
      a: '__proto__',
      b: ['constructor'],
    });
  });

  test('as large as a body may be, it is read at once', () => {
    const text = JSON.stringify({ a: '\\"'.repeat(16_000) });
    expect(parseJson(text)).toEqual(JSON.parse(text));
    expect(() => parseJson('['.repeat(60_000) + ']'.repeat(60_000))).toThrow(SyntaxError);
  });
});
