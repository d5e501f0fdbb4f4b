// `npm run screenshots -- --out DIR`: a picture of every screen of the web client in every state. Needs no service.
import { join } from 'node:path';
import { root, runCommand } from './command.ts';

const program = join(root, 'apps/web/e2e/screenshots.ts');
const { code } = await runCommand(process.execPath, [program, ...process.argv.slice(2)], {
  cwd: join(root, 'apps/web'),
  output: 'inherit',
});
process.exit(code);
