import { join, resolve } from 'node:path';
import { root } from './command.ts';

/** Where this checkout keeps its development data: `.portcullis`, or PORTCULLIS_STATE_DIR. */
export function stateFolder(): string {
  return resolve(root, process.env['PORTCULLIS_STATE_DIR'] || '.portcullis');
}

/** The program of the service. */
export const apiMain = join(root, 'apps/api/src/main.ts');
