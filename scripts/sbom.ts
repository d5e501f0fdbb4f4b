// `npm run sbom [-- --out FILE]`: the bill of materials of what runs in production, as CycloneDX 1.7, read from the
// lockfile alone: no network, and the same on every machine but for its time and serial number.
import { resolve } from 'node:path';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { root, runCommand } from './command.ts';

const { values } = parseArgs({ options: { out: { type: 'string' } } });
const { code, stdout, output } = await runCommand('pnpm', [
  ...['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--lockfile-only', '--prod'],
  ...['--filter', '@portcullis/api', '--filter', '@portcullis/web', '--filter', '@portcullis/client'],
]);
if (code !== 0) {
  process.stderr.write(`pnpm sbom failed:\n${output.trimEnd()}\n`);
  process.exit(1);
}
if (values.out === undefined) process.stdout.write(stdout);
else writeFileSync(resolve(process.env['INIT_CWD'] ?? root, values.out), stdout);
