import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { screens } from './screens/table.ts';
import { origin } from './support/surroundings.ts';
import { visit } from './support/visit.ts';

const NARROW = { width: 320, height: 700 };
const STANDARDS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe finds, one line each, so that a failure says what to mend. */
const accessibilityFaults = async (page: Page): Promise<string[]> => {
  const { violations } = await new AxeBuilder({ page }).withTags(STANDARDS).analyze();
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.target.join(' ')}`),
  );
};

/** How far the page is wider than its window, in CSS pixels. */
const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

test.use({ reducedMotion: 'reduce' });

for (const screen of screens) {
  test(`screen ${screen.id}: heading, axe in light and dark, no overflow at 320 px`, async ({ page }) => {
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (/Content Security Policy|React|Warning/.test(message.text())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));

    await page.emulateMedia({ colorScheme: 'light' });
    await visit(page, origin(), screen);
    await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
    await expect(page).toHaveTitle(/ · Portcullis$/);
    expect(await accessibilityFaults(page), 'in light').toEqual([]);

    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await accessibilityFaults(page), 'in dark').toEqual([]);

    await page.setViewportSize(NARROW);
    expect(await overflow(page), 'pixels beyond a window of 320').toBeLessThanOrEqual(0);
    expect(complaints).toEqual([]);
  });
}

test('the table knows every route, and names each state once', async () => {
  const router = await readFile(resolve(import.meta.dirname, '../src/router.tsx'), 'utf8');
  const paths = [...router.matchAll(/^ {2}path: '([^']+)'/gm)].map(([, path]) => path ?? '');
  const visited = new Set(screens.map(({ path }) => path.replace(/[#?].*$/, '')));
  const inside = ['/', '/security', '/activity', '/data'];
  const full = paths.map((path) => (inside.includes(path) ? `/dashboard${path}`.replace(/\/$/, '') : path));
  expect(full.length).toBeGreaterThan(12);
  expect(full.filter((path) => !visited.has(path))).toEqual([]);
  expect(new Set(screens.map(({ id }) => id)).size).toBe(screens.length);
});

test('without script the page says what it needs', async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${origin()}/sign-in`);
  await expect(page.getByRole('heading', { name: 'Portcullis needs JavaScript' })).toBeVisible();
  await context.close();
});
