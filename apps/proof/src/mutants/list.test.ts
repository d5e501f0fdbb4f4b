import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { allFaults } from '../nemesis/nemesis.ts';
import { repository, takeSnapshot } from '../stack/snapshot.ts';
import { realMutants } from './list.ts';
import { remove } from './run.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'portcullis-mutants-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each(realMutants.map((mutant, index) => ({ index, mutant, name: mutant.name })))(
  'the source still has the part that this build lacks: $name',
  ({ mutant, index }) => {
    remove(mutant, takeSnapshot(repository, join(folder, String(index))));
    const isCalm = String(mutant.faults) === '/^$/';
    const faults = allFaults.filter(({ name }) => mutant.faults.test(name)).length;
    expect(faults > 0).toBe(!isCalm);
  },
);
