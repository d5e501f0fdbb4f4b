import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, test } from '@playwright/test';
import { screens } from './screens/table.ts';
import { accessibilityFaults, overflow } from './support/accessibility.ts';
import { origin } from './support/surroundings.ts';
import { visit } from './support/visit.ts';

const NARROW = { width: 320, height: 700 };

test.use({ reducedMotion: 'reduce' });

for (const screen of screens) {
  test(`screen ${screen.id}: heading, axe in light and dark and at 320 px, no overflow`, async ({ page }) => {
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (/Content Security Policy|React|Warning/.test(message.text())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));

    await page.emulateMedia({ colorScheme: 'light' });
    await visit(page, origin(), screen);
    await expect(page.locator('h1')).toHaveCount(1);
    await expect(page).toHaveTitle(/ · Portcullis$/);
    expect(await accessibilityFaults(page), 'in light').toEqual([]);

    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize(NARROW);
    expect(await overflow(page), 'pixels beyond a window of 320').toBeLessThanOrEqual(0);
    expect(await accessibilityFaults(page), 'in dark at 320 px').toEqual([]);
    expect(complaints).toEqual([]);
  });
}

test('what is shown only where there is room is clean for axe in the dark, too', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  for (const id of ['sign-in--empty', 'dashboard--sessions']) {
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    const screen = screens.find((one) => one.id === id);
    if (screen) await visit(page, origin(), screen);
    expect(await accessibilityFaults(page), id).toEqual([]);
  }
});

/** Routes that lead on at once and have nothing of their own to show. */
const LEAD_ON = ['/', '/change-password'];

test('the table knows every route, and names each state once', async () => {
  const router = await readFile(resolve(import.meta.dirname, '../src/router.tsx'), 'utf8');
  const paths = [...router.matchAll(/^ {2}path: '([^']+)'/gm)].map(([, path]) => path ?? '');
  const visited = new Set(screens.map(({ path }) => path.replace(/[#?].*$/, '')));
  const inside = ['/', '/security', '/activity', '/data'];
  const full = paths.map((path) => (inside.includes(path) ? `/dashboard${path}`.replace(/\/$/, '') : path));
  expect(full.length).toBeGreaterThan(12);
  expect(full.filter((path) => !visited.has(path) && !LEAD_ON.includes(path))).toEqual([]);
  expect(new Set(screens.map(({ id }) => id)).size).toBe(screens.length);
});
