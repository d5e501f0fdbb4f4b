import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type Mutant, mutate } from './mutant.ts';

const root = new URL('../../', import.meta.url).href;

/**
 * From here on this thread loads the mutated text of each changed file. Nothing of it is in the shipped code: no
 * setting, no environment variable and no argument can switch a part of the protocol off there.
 */
export const loadMutated = (mutant: Mutant): void => {
  registerHooks({
    load: (url, context, next) => {
      const loaded = next(url, context);
      const file = url.startsWith(root) ? url.slice(root.length) : null;
      if (file === null || !mutant.changes.some((change) => change.file === file)) return loaded;
      return { ...loaded, source: mutate(mutant, file, textOf(loaded.source, url)) };
    },
  });
};

const textOf = (source: unknown, url: string): string => {
  if (typeof source === 'string') return source;
  if (source instanceof Uint8Array) return new TextDecoder().decode(source);
  throw new Error(`${fileURLToPath(url)} has no text to change`);
};
