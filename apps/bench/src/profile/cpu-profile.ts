/** The part of V8's .cpuprofile that is read here (Chrome DevTools protocol, Profiler.Profile). Times in microseconds. */
export interface CpuProfile {
  startTime: number;
  nodes: readonly {
    id: number;
    callFrame: { functionName: string; url: string; lineNumber: number };
    children?: readonly number[];
  }[];
  samples: readonly number[];
  timeDeltas: readonly number[];
}

/** A function with the time that was spent in it, and in all that it called. */
export interface Frame {
  name: string;
  selfUs: number;
  children: Map<string, Frame>;
}

const ROOTS = new Set(['(root)']);
const REST = new Set(['(idle)']);

/**
 * The calls of a stretch of time as one tree, callers above what they called.
 * @param fromUs, untilUs on the clock of `startTime`
 */
export const treeOf = (profile: CpuProfile, fromUs: number, untilUs: number): Frame => {
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(
    profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
  );
  const root: Frame = { name: 'all', selfUs: 0, children: new Map() };
  let at = profile.startTime;
  profile.samples.forEach((id, index) => {
    const delta = profile.timeDeltas[index] ?? 0;
    at += delta;
    if (at < fromUs || at > untilUs) return;
    const names: string[] = [];
    for (let node = byId.get(id); node !== undefined; node = byId.get(parents.get(node.id) ?? -1)) {
      const { functionName, url, lineNumber } = node.callFrame;
      if (REST.has(functionName)) return;
      if (!ROOTS.has(functionName)) names.push(nameOf(functionName, url, lineNumber));
    }
    let frame = root;
    for (const name of names.toReversed()) frame = childOf(frame, name);
    frame.selfUs += delta;
  });
  return root;
};

const childOf = (frame: Frame, name: string): Frame => {
  const known = frame.children.get(name);
  if (known !== undefined) return known;
  const made: Frame = { name, selfUs: 0, children: new Map() };
  frame.children.set(name, made);
  return made;
};

/** Where a function stands, short enough to read and without the path of a machine. */
export const placeOf = (url: string): string => {
  const [, inside] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+\/.*)$/.exec(url) ?? [];
  if (inside !== undefined) return inside;
  const [, own] = /\/((?:apps|packages)\/.*)$/.exec(url) ?? [];
  return own ?? url.replace(/^file:.*\//, '');
};

const nameOf = (functionName: string, url: string, line: number): string => {
  const place = placeOf(url);
  return `${functionName || '(anonymous)'}${place === '' ? '' : ` ${place}:${line + 1}`}`;
};

export const totalOf = ({ selfUs, children }: Frame): number =>
  selfUs + [...children.values()].reduce((sum, child) => sum + totalOf(child), 0);

/** Time by where it was spent itself, most first. @param groupOf what frames are put together as */
export const selfTimes = (root: Frame, groupOf: (name: string) => string): [string, number][] => {
  const times = new Map<string, number>();
  const add = ({ name, selfUs, children }: Frame): void => {
    const group = groupOf(name);
    times.set(group, (times.get(group) ?? 0) + selfUs);
    for (const child of children.values()) add(child);
  };
  add(root);
  return [...times].filter(([, us]) => us > 0).toSorted(([, a], [, b]) => b - a);
};

/** The package of a frame, or the folder of the product. */
export const groupOf = (name: string): string => {
  const place = name.slice(name.lastIndexOf(' ') + 1);
  if (place.startsWith('node:')) return `node:${place.slice(5).split(/[/:]/)[0]}`;
  const [first = '', second = ''] = place.split('/');
  if (first === 'apps' || first === 'packages')
    return place.split('/').slice(0, 4).join('/').replace(/:\d+$/, '');
  if (first.startsWith('@')) return `${first}/${second}`;
  return place.includes('/') ? first : name;
};
