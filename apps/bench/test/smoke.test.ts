import { expect, it } from 'vitest';
import { startBench } from '../src/lab.ts';
import { documentOf } from '../src/report/document.ts';
import { describeMachine } from '../src/machine/describe.ts';
import { runAll } from '../src/run.ts';
import { repository } from '../src/stack/portcullis.ts';
import { targets } from '../src/targets/list.ts';

// How fast anything is depends on the machine, and is asked nowhere here.
const PACE = { warmUp: 1, hello: 0.5, slice: 2, rounds: 1 };

it('the benchmark measures the real service beside hello world: every answer is the right one, every figure is there', async () => {
  const said: string[] = [];
  const bench = await startBench({
    say: (line) => said.push(line),
    cores: { server: null, others: [], why: 'a test' },
    databaseUrl: process.env['PORTCULLIS_TEST_DATABASE_URL'],
  });
  try {
    const chosen = targets.filter(({ name }) => name === 'session');
    const order = { targets: chosen, studies: [], pace: PACE, minutes: 0 };
    const outcome = await runAll(bench, { ...order, say: (line) => said.push(line) });
    expect(outcome.failed).toEqual({});
    const document = documentOf({
      ...{ at: '', pace: PACE, quick: true, peerVersions: {}, ...outcome },
      machine: describeMachine(bench.cores, bench.stores.versions, repository),
    });
    expect(Object.keys(document.ratios)).toEqual(['session_vs_hello']);
    const { session } = document.targets;
    for (const figure of [
      session?.ratio,
      session?.cpuRatio,
      session?.perSecond,
      session?.cpuUs,
      session?.p99,
    ])
      expect(figure).toBeGreaterThan(0);
    expect(document.machine.redis).toMatch(/^\d+\.\d+/);
  } finally {
    await bench.stop();
  }
  expect(said.filter((line) => line.startsWith('while stopping'))).toEqual([]);
}, 120_000);

it('a target whose answers are not the right ones gives no figures, and is told', async () => {
  const bench = await startBench({
    say: () => undefined,
    cores: { server: null, others: [], why: 'a test' },
    databaseUrl: process.env['PORTCULLIS_TEST_DATABASE_URL'],
  });
  try {
    const [floor] = targets.filter(({ name }) => name === 'redis-get');
    if (floor === undefined) throw new Error('there is no such floor');
    const wrong = { ...floor, status: 200 };
    const order = { targets: [wrong], studies: [], pace: { ...PACE, slice: 0.2, warmUp: 0.2 }, minutes: 0 };
    const { measured, failed } = await runAll(bench, { ...order, say: () => undefined });
    expect(measured).toEqual({});
    expect(failed['redis-get']).toMatch(/^redis-get answered \{"204":\d+\} beside 0 × 200$/);
  } finally {
    await bench.stop();
  }
}, 120_000);
