import { expect, type Page, test } from '@playwright/test';
import { screens } from './screens/table.ts';
import { signedIn } from './screens/ways.ts';
import { accessibilityFaults, overflow } from './support/accessibility.ts';
import { fakeService } from './support/fake-service.ts';
import { heading } from './support/person.ts';
import { origin } from './support/surroundings.ts';
import { visit } from './support/visit.ts';

const open = async (page: Page, path: string): Promise<void> => {
  await fakeService(page, signedIn);
  await page.goto(`${origin()}${path}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
};

/** Screens that need no act in words: they can be opened in any language. */
const plain = screens.filter(({ act }) => act === undefined);

test.describe('a browser that wants German', () => {
  test.use({ locale: 'de-AT' });

  test('gets it, with its dates, and only then its words are fetched', async ({ page }) => {
    await open(page, '/dashboard');
    await expect(heading(page, 'Hallo, Ada Lovelace')).toBeVisible();
    await expect(page.locator('html')).toHaveAttribute('lang', 'de');
    await expect(page.getByText('3. Februar 2026')).toBeVisible();
    await expect(page).toHaveTitle('Übersicht · Portcullis');
  });

  test('every plain screen fits into 320 px and leaves no English behind', async ({ page }) => {
    test.setTimeout(240_000);
    await page.setViewportSize({ width: 320, height: 700 });
    for (const screen of plain) {
      await page.unrouteAll({ behavior: 'ignoreErrors' });
      await page.goto('about:blank');
      await visit(page, origin(), screen, { translated: true });
      await expect(page.locator('h1'), screen.id).not.toHaveText(screen.heading);
      expect(await overflow(page), screen.id).toBeLessThanOrEqual(0);
    }
  });

  for (const path of ['/sign-up', '/dashboard', '/dashboard/security']) {
    test(`${path} is clean for axe in German`, async ({ page }) => {
      await open(page, path);
      expect(await accessibilityFaults(page)).toEqual([]);
    });
  }
});

test('the language is switched in place: words, title and direction follow, entries and focus stay', async ({
  page,
}) => {
  await fakeService(page, {});
  const requests: string[] = [];
  page.on('request', (request) => requests.push(new URL(request.url()).pathname));
  await page.goto(`${origin()}/sign-in`);
  await expect(heading(page, 'Sign in')).toBeVisible();
  expect(requests.filter((path) => path.includes('catalogue'))).toEqual([]);
  await page.getByLabel('E-mail address').fill('ada@example.org');
  await page.getByLabel('Language', { exact: true }).focus();
  await page.getByLabel('Language', { exact: true }).selectOption('de');
  await expect(heading(page, 'Anmelden')).toBeVisible();
  await expect(page).toHaveTitle('Anmelden · Portcullis');
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await expect(page.getByLabel('Sprache', { exact: true })).toBeFocused();
  await expect(page.getByLabel('E-Mail-Adresse')).toHaveValue('ada@example.org');
  await page.reload();
  await expect(heading(page, 'Anmelden')).toBeVisible();
  await page.getByLabel('Sprache', { exact: true }).selectOption('en');
  await expect(heading(page, 'Sign in')).toBeVisible();
});

test('a language whose words can’t be fetched changes nothing', async ({ page }) => {
  await fakeService(page, {});
  await page.route('**/assets/catalogue*', (route) => route.abort());
  await page.goto(`${origin()}/sign-in`);
  await page.getByLabel('Language', { exact: true }).selectOption('de');
  await expect(page.getByText('That language could not be loaded.')).toBeVisible();
  await expect(heading(page, 'Sign in')).toBeVisible();
  await expect(page.getByLabel('Language', { exact: true })).toHaveValue('en');
});

test('from right to left the pages are mirrored and fit', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await open(page, '/dashboard');
  await heading(page, 'Hello, Ada Lovelace').waitFor();
  await page.evaluate(() => {
    document.documentElement.dir = 'rtl';
  });
  const nav = await page.getByRole('navigation').boundingBox();
  const main = await page.getByRole('main').boundingBox();
  expect(nav?.x ?? 0).toBeGreaterThan(main?.x ?? 0);
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.setViewportSize({ width: 320, height: 700 });
  expect(await overflow(page)).toBeLessThanOrEqual(0);
});

test('a chosen theme holds over a reload, from before the first paint, and against the system', async ({
  page,
}) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await fakeService(page, {});
  await page.goto(`${origin()}/sign-in`);
  const ground = (): Promise<string> =>
    page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await ground();
  await page.getByLabel('Appearance', { exact: true }).selectOption('dark');
  const dark = await ground();
  expect(dark).not.toBe(light);
  // Without the page's own script: what is painted first is already dark.
  await page.route('**/assets/*.js', (route) => route.abort());
  await page.reload();
  expect(await ground()).toBe(dark);
  await page.unroute('**/assets/*.js');
  await page.reload();
  await expect(page.getByLabel('Appearance', { exact: true })).toHaveValue('dark');
  await page.getByLabel('Appearance', { exact: true }).selectOption('system');
  expect(await ground()).toBe(light);
});

test('where the system chooses the colours every control still has an edge', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await open(page, '/dashboard');
  await heading(page, 'Hello, Ada Lovelace').waitFor();
  const borderless = await page
    .locator('button, [data-card], input, select')
    .evaluateAll((elements) =>
      elements
        .filter((element) => getComputedStyle(element).borderTopWidth === '0px')
        .map((element) => element.outerHTML.slice(0, 80)),
    );
  expect(borderless).toEqual([]);
  expect(await accessibilityFaults(page)).toEqual([]);
});

test('who wants less motion gets none', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page, '/dashboard');
  const moving = await page.evaluate(
    () =>
      document
        .getAnimations()
        .filter((animation) => Number(animation.effect?.getComputedTiming().activeDuration) > 50).length,
  );
  expect(moving).toBe(0);
});
