Error.stackTraceLimit = 0;
import { mutants } from './mutants/all.ts';
import { Worker, isMainThread, workerData, parentPort } from 'node:worker_threads';
if (isMainThread) {
  const [n = 2000, only = ''] = process.argv.slice(2);
  const queue = mutants.filter((m) => m.name.includes(only));
  const next = (): void => {
    const m = queue.shift();
    if (!m) return;
    const w = new Worker(new URL(import.meta.url), { workerData: { name: m.name, n: Number(n) } });
    w.on('message', (x) => console.log(m.name.padEnd(60), x));
    w.on('error', (e) => {
      console.log(m.name, 'ERROR', e.message);
    });
    w.on('exit', next);
  };
  next();
  next();
} else {
  const { loadMutated } = await import('./mutants/load.ts');
  const m = mutants.find((x) => x.name === workerData.name)!;
  loadMutated(m);
  const { runSeed } = await import('./run-seed.ts');
  const t = performance.now();
  let msg = 'NOT CAUGHT in ' + workerData.n;
  for (let s = 1; s <= workerData.n; s++) {
    const r = await runSeed(s);
    if (r.violations.length) {
      msg = `seed ${s}: ${r.violations[0]!.split('\n')[0]} [${r.faults.join(', ')}]`;
      break;
    }
  }
  parentPort!.postMessage(msg + ` ${((performance.now() - t) / 1000).toFixed(1)}s`);
}
