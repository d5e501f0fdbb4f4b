import type { Arena } from './arena.ts';
import type { Attack, Case } from './case.ts';

export interface Result {
  id: string;
  what: string;
  verdict: 'held' | 'fell' | 'skipped';
  expected: string;
  got: string;
  ms: number;
}

/** Longer than any of them takes on a busy machine. */
const LONGEST_MS = 150_000;

/** Makes the attacks, at most so many at a time, those that look at what is left at the end. */
export const runCases = async (
  cases: readonly Case[],
  arena: Arena,
  { atOnce, say }: { atOnce: number; say: (result: Result) => void },
): Promise<Result[]> => {
  const results: Result[] = [];
  const tell = (result: Result) => {
    results.push(result);
    say(result);
  };
  const attacks: Attack[] = [];
  for (const one of cases) {
    if ('run' in one) attacks.push(one);
    else tell({ id: one.id, what: one.what, verdict: 'skipped', expected: '-', got: one.because, ms: 0 });
  }
  const runAll = async (waiting: Attack[], workers: number) => {
    const worker = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
        tell(await runOne(next, arena));
    };
    await Promise.all(Array.from({ length: workers }, worker));
  };
  const waiting = attacks.filter(({ when }) => when === 'waits');
  await Promise.all([
    runAll(waiting, Math.max(1, waiting.length)),
    runAll(
      attacks.filter(({ when }) => when === undefined),
      atOnce,
    ),
  ]);
  for (const phase of ['alone', 'last'] as const)
    await runAll(
      attacks.filter(({ when }) => when === phase),
      1,
    );
  return results;
};

const runOne = async (one: Attack, arena: Arena): Promise<Result> => {
  const began = performance.now();
  const { id, what, expected } = one;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('no end of it'), LONGEST_MS);
  });
  const got = await Promise.race([one.run(arena), late]).catch(
    (error: unknown) => `the attack itself failed: ${error instanceof Error ? error.message : String(error)}`,
  );
  clearTimeout(timer);
  const verdict = got === expected ? 'held' : 'fell';
  return { ...{ id, what, verdict, expected, got }, ms: Math.round(performance.now() - began) };
};
