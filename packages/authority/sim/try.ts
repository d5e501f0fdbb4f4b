Error.stackTraceLimit = 0;
import { runSeed } from './run-seed.ts';
const [from = 1, n = 200, tr] = process.argv.slice(2).map(Number);
const t = performance.now();
let bad = 0,
  steps = 0,
  ops = 0,
  idx = 0,
  un = 0,
  unk = 0,
  ver = 0;
const kinds: Record<string, number> = {};
for (let s = from; s < from + n; s++) {
  const r = await runSeed(s, tr ? (l) => console.log(l) : null);
  steps += r.steps;
  ops += r.operations;
  idx += r.fromIndex;
  un += r.unavailable;
  unk += r.unknown;
  ver += r.verifications;
  for (const f of r.faults) kinds[f] = (kinds[f] ?? 0) + 1;
  if (r.violations.length && bad++ < 8)
    console.log('SEED', s, r.faults.join(', '), '\n', r.violations.join('\n'));
}
const ms = performance.now() - t;
console.log({
  n,
  bad,
  msPer: ms / n,
  steps: steps / n,
  ops: ops / n,
  idx: idx / n,
  ver: ver / n,
  un: un / n,
  unk: unk / n,
});
console.log(kinds);
