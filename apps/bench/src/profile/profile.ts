import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, start } from '../lab.ts';
import { takeSlice, warmUp } from '../measure.ts';
import type { Target } from '../targets/target.ts';
import { type CpuProfile, groupOf, selfTimes, totalOf, treeOf } from './cpu-profile.ts';
import { flameGraph } from './flame-graph.ts';

const WARM_SECONDS = 2;
const SECONDS = 6;
const ROWS = 30;

/**
 * Loads one target under V8's sampling profiler and writes what was seen while it was loaded.
 * @param out the folder for the .cpuprofile (Chrome DevTools opens it) and the flame graph
 */
export const profile = async (
  bench: Bench,
  target: Target,
  out: string,
  say: (line: string) => void,
): Promise<void> => {
  const raw = join(bench.dir, 'profiles');
  mkdirSync(raw, { recursive: true });
  mkdirSync(out, { recursive: true });
  const nodeArgs = ['--cpu-prof', `--cpu-prof-dir=${raw}`, '--cpu-prof-interval=400'];
  const seen = await bench.alone(async (lab) => {
    const subject = await start(target, lab);
    await warmUp(bench.load, subject, WARM_SECONDS);
    const fromUs = nowUs();
    const taken = await takeSlice(bench.load, subject, SECONDS);
    return { taken, fromUs, untilUs: nowUs() };
  }, nodeArgs);
  say(
    `${target.name}: ${target.what}; ${Math.round(seen.taken.cpuUs)} µs of CPU a request under the profiler`,
  );
  for (const file of readdirSync(raw)) {
    const text = readFileSync(join(raw, file), 'utf8');
    const tree = treeOf(JSON.parse(text) as CpuProfile, seen.fromUs, seen.untilUs);
    const total = totalOf(tree);
    // Of a target of several processes each has one; one that did nothing is not worth a look.
    if (total < 100_000) continue;
    const name = `${target.name}-${file.split('.')[3] ?? file}`;
    writeFileSync(join(out, `${name}.cpuprofile`), text);
    writeFileSync(join(out, `${name}.svg`), flameGraph(tree, `${target.name}: ${target.what}`));
    const row = ([what, us]: [string, number]) => `${((us / total) * 100).toFixed(1).padStart(6)} %  ${what}`;
    say('\nself time by package or folder:');
    for (const line of selfTimes(tree, groupOf).slice(0, ROWS).map(row)) say(line);
    say('\nself time by function:');
    for (const line of selfTimes(tree, (one) => one)
      .slice(0, ROWS)
      .map(row))
      say(line);
    say(`\nwritten: ${join(out, name)}.cpuprofile and .svg`);
  }
};

/** V8 stamps its samples with the same monotonic clock. */
const nowUs = (): number => Number(process.hrtime.bigint() / 1_000n);
