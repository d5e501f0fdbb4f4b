import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type BrowserContextOptions, chromium } from '@playwright/test';
import { build, preview } from 'vite';
import type { Screen } from './screens/screen.ts';
import { screens } from './screens/table.ts';
import { chromiumOptions } from './support/browser.ts';
import { visit } from './support/visit.ts';

/*
 * Writes a picture of every screen in every state: `<id>.<look>.png`. Needs no service: each state is produced by
 * answering the page's calls. `node e2e/screenshots.ts --out DIR [--only PREFIX] [--look NAME]`
 */

const wide = { width: 1280, height: 800 };

type Look = { name: string; options: BrowserContextOptions; plainOnly?: true; dir?: 'rtl' };

/** What a person does on a screen is written in English: other languages show the screens that need no act. */
const looks: Look[] = [
  { name: 'light', options: { colorScheme: 'light', viewport: wide } },
  { name: 'dark', options: { colorScheme: 'dark', viewport: wide } },
  { name: 'narrow', options: { colorScheme: 'light', viewport: { width: 320, height: 700 } } },
  { name: 'german', options: { locale: 'de', viewport: { width: 320, height: 700 } }, plainOnly: true },
  { name: 'rtl', options: { viewport: wide }, plainOnly: true, dir: 'rtl' },
  { name: 'forced', options: { forcedColors: 'active', colorScheme: 'dark', viewport: wide } },
];

const { values } = parseArgs({
  options: { out: { type: 'string' }, only: { type: 'string' }, look: { type: 'string' } },
});
if (!values.out) {
  console.error('usage: screenshots --out DIR [--only PREFIX] [--look NAME]');
  process.exit(2);
}
// A relative folder is meant from where the person typed the command, not from this package.
const out = resolve(process.env['INIT_CWD'] ?? process.cwd(), values.out);
await mkdir(out, { recursive: true });

const root = resolve(import.meta.dirname, '..');
const client = await mkdtemp(join(tmpdir(), 'portcullis-screenshots-'));
await build({ root, logLevel: 'warn', build: { outDir: client, emptyOutDir: true } });
const server = await preview({
  root,
  logLevel: 'warn',
  build: { outDir: client },
  preview: { port: 0, strictPort: false },
});
const origin = new URL(server.resolvedUrls?.local[0] ?? '').origin;
const browser = await chromium.launch(chromiumOptions);

const picture = async (screen: Screen, look: Look): Promise<void> => {
  const context = await browser.newContext({ reducedMotion: 'reduce', locale: 'en', ...look.options });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  try {
    const translated = look.options.locale === 'de';
    await visit(page, origin, screen, { translated });
    if (look.dir) await page.evaluate((dir) => Object.assign(document.documentElement, { dir }), look.dir);
    await page.screenshot({
      path: join(out, `${screen.id}.${look.name}.png`),
      // A dialog is about the window, a page about all of itself.
      fullPage: (await page.getByRole('dialog').count()) === 0,
      animations: 'disabled',
    });
  } finally {
    await context.close();
  }
};

const wanted = screens
  .filter(({ id }) => id.startsWith(values.only ?? ''))
  .flatMap((screen) =>
    looks
      .filter(({ name, plainOnly }) => (values.look ?? name) === name && !(plainOnly && screen.act))
      .map((look) => ({ screen, look })),
  );
const queue = [...wanted];
let failed = 0;
const work = async (): Promise<void> => {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { screen, look } = next;
    await picture(screen, look).catch((error: unknown) => {
      failed += 1;
      console.error(`${screen.id} (${look.name}): ${error instanceof Error ? error.message : String(error)}`);
    });
  }
};
await Promise.all([work(), work()]);
await browser.close();
await server.close();
await rm(client, { recursive: true, force: true });
console.log(`${wanted.length} pictures of ${screens.length} screens, ${failed} failed, in ${out}`);
process.exit(failed === 0 ? 0 : 1);
