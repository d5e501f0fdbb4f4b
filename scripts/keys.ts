import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.ts';
import { apiMain } from './state.ts';

const NAMES = ['PORTCULLIS_KEYS', 'PORTCULLIS_REFRESH_KEYS', 'PORTCULLIS_SECRET'] as const;

/**
 * The development keys of this state folder, made at the first start and kept: sessions outlive a restart.
 *
 * @throws Error with the output of the service's command when it gives none
 */
export async function developmentKeys(stateDir: string): Promise<Record<string, string>> {
  const file = join(stateDir, 'keys.env');
  if (!existsSync(file)) {
    const made = await generate();
    const lines = NAMES.map((name) => `${name}=${made[name]}`);
    writeFileSync(file, `# Development only; made by npm start.\n${lines.join('\n')}\n`, { mode: 0o600 });
  }
  const entries = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => /^\w+=/.test(line))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
  return Object.fromEntries(entries) as Record<string, string>;
}

async function generate(): Promise<Record<(typeof NAMES)[number], string>> {
  const { code, stdout, output } = await runCommand(process.execPath, [
    apiMain,
    'keys',
    'generate',
    '--json',
  ]);
  if (code !== 0) throw new Error(`The keys could not be made:\n${output}`);
  const made = JSON.parse(stdout) as Record<string, unknown>;
  for (const name of NAMES) {
    if (typeof made[name] !== 'string' || /\s/.test(made[name]))
      throw new Error(`keys generate gave no ${name}`);
  }
  return made as Record<(typeof NAMES)[number], string>;
}
