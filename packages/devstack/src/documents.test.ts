import { describe, expect, test } from 'vitest';
import { anchorsIn, codeIn, linksIn, missingIn, runnablesIn } from './documents.ts';

const fenced = (info: string, text: string) => `\`\`\`${info}\n${text}\n\`\`\`\n`;

describe('blocks to be executed', () => {
  test('are those with the mark, with what they have to print', () => {
    const text = `# A\n\n${fenced('sh', 'npm start')}${fenced('sh runnable', 'echo 1')}\nso\n\n${fenced('text prints', '1')}`;
    expect(runnablesIn(text)).toEqual([{ text: 'echo 1\n', line: 7, prints: ['1'] }]);
  });

  test('a mark with a slip of the pen is no block that is quietly left out', () => {
    expect(() => runnablesIn(fenced('sh runable', 'echo 1'))).toThrow(/line 2.*runable/);
    expect(() => runnablesIn(fenced('text prints', '1'))).toThrow(/follows no/);
  });

  test('what is printed has to be there, in its order', () => {
    expect(missingIn('204\n{"n":2}\n401\n', ['204', '"n":…}', '401'])).toBeNull();
    expect(missingIn('204\n401\n', ['204', '204'])).toBe('204');
    expect(missingIn('401\n204\n', ['204', '401'])).toBe('401');
    expect(missingIn('a.b', ['a?b'])).toBe('a?b');
  });
});

describe('what a document refers to', () => {
  test('is read from its prose and not from its examples', () => {
    const text = `See [a](b.md#c), [d](https://e.test), \`f/g.ts\`.\n${fenced('sh', 'cat `h` [i](j)')}`;
    expect(linksIn(text)).toEqual(['b.md#c']);
    expect(codeIn(text)).toEqual(['f/g.ts']);
  });

  test('headings are linked to as GitHub does it', () => {
    expect(anchorsIn('# Backup and restore\n## P1 Verify\n### What ends with what (G9)\n')).toEqual(
      new Set(['backup-and-restore', 'p1-verify', 'what-ends-with-what-g9']),
    );
  });
});
