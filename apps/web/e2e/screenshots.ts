import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';
import type { Screen } from './screens/screen.ts';
import { screens } from './screens/table.ts';
import { chromiumOptions } from './support/browser.ts';
import { visit } from './support/visit.ts';

/*
 * Writes a picture of every screen in every state: `<id>.<look>.png`. Needs no service: each state is produced by
 * answering the page's calls. `node e2e/screenshots.ts --out DIR [--only PREFIX]`
 */

const looks = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  { name: 'narrow', colorScheme: 'light', viewport: { width: 320, height: 700 } },
] as const;

const { values } = parseArgs({ options: { out: { type: 'string' }, only: { type: 'string' } } });
if (!values.out) {
  console.error('usage: screenshots --out DIR [--only PREFIX]');
  process.exit(2);
}
// A relative folder is meant from where the person typed the command, not from this package.
const out = resolve(process.env['INIT_CWD'] ?? process.cwd(), values.out);
await mkdir(out, { recursive: true });

const root = resolve(import.meta.dirname, '..');
await build({ root, logLevel: 'warn' });
const server = await preview({ root, logLevel: 'warn', preview: { port: 0, strictPort: false } });
const origin = new URL(server.resolvedUrls?.local[0] ?? '').origin;
const browser = await chromium.launch(chromiumOptions);

const picture = async (screen: Screen, look: (typeof looks)[number]): Promise<void> => {
  const context = await browser.newContext({ ...look, reducedMotion: 'reduce', locale: 'en' });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  try {
    await visit(page, origin, screen);
    await page.screenshot({
      path: join(out, `${screen.id}.${look.name}.png`),
      fullPage: true,
      animations: 'disabled',
    });
  } finally {
    await context.close();
  }
};

let failed = 0;
for (const screen of screens.filter(({ id }) => id.startsWith(values.only ?? ''))) {
  for (const look of looks) {
    await picture(screen, look).catch((error: unknown) => {
      failed += 1;
      console.error(`${screen.id} (${look.name}): ${error instanceof Error ? error.message : String(error)}`);
    });
  }
}
await browser.close();
await server.close();
console.log(`${screens.length} screens, ${failed} failed, in ${out}`);
process.exit(failed === 0 ? 0 : 1);
