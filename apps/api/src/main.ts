import { once } from 'node:events';
import { run } from './cli/program.ts';

// Synchronous, so that nothing is lost when the process ends right after.
const code = await run(process.argv.slice(2), {
  env: process.env,
  out: (text) => void process.stdout.write(text),
  drained: async () => {
    if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
  },
  err: (text) => void process.stderr.write(text),
});
process.exitCode = code;
