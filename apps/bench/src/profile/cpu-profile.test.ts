import { describe, expect, it } from 'vitest';
import { groupOf, placeOf, selfTimes, totalOf, treeOf } from './cpu-profile.ts';
import { flameGraph } from './flame-graph.ts';

const frame = (functionName: string, url = '') => ({ functionName, url, lineNumber: 9 });
const PROFILE = {
  startTime: 1_000,
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 5] },
    { id: 2, callFrame: frame('handle', 'file:///x/checkout/apps/api/src/http/app.ts'), children: [3, 4] },
    { id: 3, callFrame: frame('get', 'file:///x/node_modules/.pnpm/redis@6/node_modules/redis/dist/a.js') },
    { id: 4, callFrame: frame('hash', 'node:internal/crypto/hash') },
    { id: 5, callFrame: frame('(idle)') },
  ],
  samples: [2, 3, 4, 5, 3, 2],
  timeDeltas: [10, 20, 30, 400, 40, 1_000],
};

describe('a profile', () => {
  const tree = treeOf(PROFILE, 1_000, 1_600);

  it('counts each sample once, where it was taken, without idle time and what lies outside the stretch', () => {
    expect(totalOf(tree)).toBe(100);
    expect(selfTimes(tree, groupOf)).toEqual([
      ['redis', 60],
      ['node:internal', 30],
      ['apps/api/src/http', 10],
    ]);
  });

  it('keeps callers above what they called', () => {
    const [[name, handle]] = [...tree.children] as [[string, typeof tree]];
    expect(name).toBe('handle apps/api/src/http/app.ts:10');
    expect([...handle.children.keys()]).toEqual([
      'get redis/dist/a.js:10',
      'hash node:internal/crypto/hash:10',
    ]);
  });

  it('names no path of a machine', () => {
    expect(placeOf('file:///x/node_modules/.pnpm/a/node_modules/@hono/node-server/dist/i.js')).toBe(
      '@hono/node-server/dist/i.js',
    );
    expect(flameGraph(tree, 'a < b')).not.toContain('/x/');
  });

  it('is drawn as wide as it took long, its texts escaped', () => {
    const svg = flameGraph(tree, 'a < b');
    expect(svg).toContain('a &lt; b');
    expect(svg).toContain('get redis/dist/a.js:10 60.0 %');
  });
});
