import { type Frame, totalOf } from './cpu-profile.ts';

const WIDTH = 1_400;
const ROW = 17;
const LEAST_WIDTH = 0.6;
const CHARACTER = 6.4;

/** A flame graph as a picture that needs nothing else: hover for names and shares. */
export const flameGraph = (root: Frame, title: string): string => {
  const total = totalOf(root);
  const boxes: string[] = [];
  let deepest = 0;
  const draw = (frame: Frame, x: number, depth: number): number => {
    const width = (totalOf(frame) / total) * WIDTH;
    if (width < LEAST_WIDTH) return width;
    deepest = Math.max(deepest, depth);
    boxes.push(box(frame, x, depth, width, total));
    let left = x;
    const children = [...frame.children.values()].toSorted((a, b) => a.name.localeCompare(b.name));
    for (const child of children) left += draw(child, left, depth + 1);
    return width;
  };
  draw(root, 0, 1);
  const height = (deepest + 2) * ROW;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="monospace" font-size="11">
<text x="4" y="13">${escaped(title)}</text>
${boxes.join('\n')}
</svg>
`;
};

const box = (frame: Frame, x: number, depth: number, width: number, total: number): string => {
  const share = ((totalOf(frame) / total) * 100).toFixed(1);
  const text = frame.name.slice(0, Math.max(0, Math.floor(width / CHARACTER) - 1));
  const y = depth * ROW;
  return (
    `<g><title>${escaped(frame.name)} ${share} %</title>` +
    `<rect x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${ROW - 1}" fill="${colourOf(frame.name)}"/>` +
    `<text x="${(x + 3).toFixed(1)}" y="${y + 12}">${escaped(text)}</text></g>`
  );
};

/** The product's own code stands out from packages and from Node itself. */
const colourOf = (name: string): string => {
  if (/ (?:apps|packages)\//.test(name)) return '#f6a34d';
  return / node:/.test(name) ? '#9cc3e6' : '#d8d8d8';
};

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
