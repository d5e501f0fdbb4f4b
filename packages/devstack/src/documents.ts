// Markdown as the checks of the documents see it: links, code, fenced blocks.

/** A fenced block. */
export interface Block {
  /** The words after the fence: `sh`, `sh runnable`, `text prints`. */
  info: string;
  text: string;
  /** Of its first line in the document. */
  line: number;
}

/** A block to be executed, and what it has to print. */
export interface Runnable {
  text: string;
  line: number;
  /** Each has to stand in the output, in this order; `…` stands for anything on that line. */
  prints: string[];
}

/** Every fenced block, in order. */
export function blocksIn(markdown: string): Block[] {
  const blocks: Block[] = [];
  let open: Block | null = null;
  for (const [index, line] of markdown.split('\n').entries()) {
    const fence = /^```(.*)$/.exec(line);
    if (fence === null) {
      if (open !== null) open.text += `${line}\n`;
    } else if (open === null) {
      open = { info: (fence[1] ?? '').trim(), text: '', line: index + 2 };
    } else {
      blocks.push(open);
      open = null;
    }
  }
  return blocks;
}

/**
 * The blocks marked `sh runnable`; a `text prints` that follows one says what it prints.
 *
 * @throws Error for a `text prints` that follows none, or a mark that nobody knows
 */
export function runnablesIn(markdown: string): Runnable[] {
  const found: Runnable[] = [];
  let previous: Runnable | null = null;
  for (const { info, text, line } of blocksIn(markdown)) {
    const [language, ...marks] = info.split(' ');
    if (info === 'sh runnable') {
      previous = { text, line, prints: [] };
      found.push(previous);
    } else if (info === 'text prints') {
      if (previous === null) throw new Error(`line ${line}: "text prints" follows no "sh runnable"`);
      previous.prints = text.split('\n').filter((one) => one.trim() !== '');
      previous = null;
    } else {
      if (marks.length > 0) throw new Error(`line ${line}: nobody knows the mark "${info}" (${language})`);
      previous = null;
    }
  }
  return found;
}

/** The first line of `prints` that the output lacks, in their order; null when all are there. */
export function missingIn(output: string, prints: readonly string[]): string | null {
  let from = 0;
  for (const wanted of prints) {
    const pattern = wanted.split('…').map(escaped).join('.*');
    const match = new RegExp(pattern).exec(output.slice(from));
    if (match === null) return wanted;
    from += match.index + match[0].length;
  }
  return null;
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The document without its fenced blocks, line by line as long as before. */
export function prose(markdown: string): string {
  let inside = false;
  return markdown
    .split('\n')
    .map((line) => {
      if (line.startsWith('```')) inside = !inside;
      return inside || line.startsWith('```') ? '' : line;
    })
    .join('\n');
}

/** Targets of links, without those to other sites. */
export function linksIn(markdown: string): string[] {
  return [...prose(markdown).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target ?? '')
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** What stands between single backticks. */
export function codeIn(markdown: string): string[] {
  return [...prose(markdown).matchAll(/`([^`\n]+)`/g)].map(([, code]) => code ?? '');
}

/** The names by which a document's headings are linked to, as GitHub makes them. */
export function anchorsIn(markdown: string): Set<string> {
  return new Set(
    [...prose(markdown).matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
      (title ?? '')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
