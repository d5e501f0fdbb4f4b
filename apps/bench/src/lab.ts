import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Load, startLoad } from './load/load.ts';
import { type Cores, divideCores } from './machine/cores.ts';
import type { Subject } from './measure.ts';
import { installPeers } from './peers/install.ts';
import { startStores, type Stores } from './stack/stores.ts';
import { repository } from './stack/portcullis.ts';
import { createUndo } from '@portcullis/devstack/undo';
import { floors } from './targets/floors.ts';
import type { Lab, Target } from './targets/target.ts';

/** What all measurements of a run share: stores, the process that sends load, the hello world beside every target. */
export interface Bench {
  readonly cores: Cores;
  readonly stores: Stores;
  readonly load: Load;
  readonly hello: Subject;
  readonly dir: string;
  /** A place for one target; whatever is started in it has ended when this returns. */
  alone<T>(work: (lab: Lab) => Promise<T>, nodeArgs?: readonly string[]): Promise<T>;
  stop(): Promise<void>;
}

export interface BenchOptions {
  say: (line: string) => void;
  /** Without it cores are divided, and this process itself moves. */
  cores?: Cores;
  /** A Postgres that already runs, whose role may create databases. */
  databaseUrl?: string | undefined;
}

export const startBench = async ({ say, cores: given, databaseUrl }: BenchOptions): Promise<Bench> => {
  const undo = createUndo((error) => say(`while stopping: ${String(error)}`));
  const dir = mkdtempSync(join(tmpdir(), 'portcullis-bench-'));
  undo.add(() => rmSync(dir, { recursive: true, force: true }));
  let installed: Promise<string> | undefined;
  let stopping: Promise<void> | undefined;
  const peers = () => (installed ??= installPeers(say));
  try {
    // First of all: what is started from here on inherits the cores.
    const cores = given ?? divideCores();
    const stores = await startStores(dir, undo, databaseUrl);
    const load = startLoad();
    undo.add(() => load.stop());
    const lab = { ...{ checkout: repository, dir, stores, cores, peers }, nodeArgs: [] };
    const hello = await start(floors[0] as Target, { ...lab, undo });
    return {
      ...{ cores, stores, load, hello, dir },
      alone: async (work, nodeArgs = []) => {
        const own = createUndo((error) => say(`while stopping: ${String(error)}`));
        const step = () => own.run();
        undo.add(step);
        try {
          return await work({ ...lab, undo: own, nodeArgs });
        } finally {
          await own.run();
        }
      },
      // Whoever asks second waits for the same end: what is half stopped must not be left by an early exit.
      stop: () => (stopping ??= undo.run()),
    };
  } catch (error) {
    await undo.run();
    throw error;
  }
};

export const start = async (target: Target, lab: Lab): Promise<Subject> => ({
  target,
  running: await target.start(lab),
});
