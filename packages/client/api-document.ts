import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const IMPORT: Record<string, string> = { client: '@portcullis/client' };

/** Exported declarations with the comment above each; the comments are written for readers of the code and of this. */
const DECLARATION =
  /(?:\/\*\*(?<comment>(?:(?!\*\/)[\s\S])*)\*\/\n)?export (?:declare )?(?<code>(?:const|function|class|interface|type) (?<name>\w+)[\s\S]*?)(?=\n(?:\/\*\*|export |import |interface |type |declare |$))/g;

/** The API in Markdown, from the declarations as they are published. */
export const apiDocument = (dist: string, entries: readonly string[]): string => {
  const files = [...entries, 'types', 'errors'];
  const sections = files.map((entry) => {
    const text = readFileSync(join(dist, `${entry}.d.ts`), 'utf8');
    const items = [...text.matchAll(DECLARATION)].map(({ groups = {} }) => {
      const { name, code = '', comment } = groups;
      const prose = (comment ?? '')
        .split('\n')
        .map((line) => line.replace(/^\s*\*? ?/, ''))
        .join('\n')
        .trim();
      return `### ${name}\n\n${prose === '' ? '' : `${prose}\n\n`}\`\`\`ts\n${code.trim()}\n\`\`\`\n`;
    });
    if (items.length === 0) return '';
    return `## ${entry === 'types' || entry === 'errors' ? `Of all entries: ${entry}` : `\`${IMPORT[entry] ?? `@portcullis/client/${entry}`}\``}\n\n${items.join('\n')}`;
  });
  return `# API of @portcullis/client\n\nMade from the declarations; edit the comments in the source.\n\n${sections.filter((section) => section !== '').join('\n')}`;
};
