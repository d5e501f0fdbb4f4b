import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const repository = resolve(import.meta.dirname, '../../../..');

const PARTS = ['apps/api', 'packages/authority', 'packages/contracts', 'packages/devstack'];

/**
 * Copies the service as it stands into a folder of its own, so that edits made meanwhile reach no process that a fault
 * starts again. Dependencies are those of the checkout it is taken from.
 */
export const takeSnapshot = (from: string, target: string): string => {
  mkdirSync(target, { recursive: true });
  symlinkSync(join(from, 'node_modules'), join(target, 'node_modules'));
  for (const part of PARTS) {
    for (const name of ['src', 'package.json', 'node_modules'])
      cpSync(join(from, part, name), join(target, part, name), { recursive: true, verbatimSymlinks: true });
  }
  return target;
};
