import { readFileSync } from 'node:fs';

/** Of this program's package; stands in the lease rows and in `--version`. */
export const VERSION: string = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version;
