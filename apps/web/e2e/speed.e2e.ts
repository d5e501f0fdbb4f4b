import { expect, test } from '@playwright/test';
import { signedIn } from './screens/ways.ts';
import { fakeService } from './support/fake-service.ts';
import { breakdown, scriptsOf } from './support/first-load.ts';
import { heading } from './support/person.ts';
import { clientFolder, origin } from './support/surroundings.ts';

/** Bytes of gzip, every script that the page loads before it can be used. */
const BUDGET = 150_000;

test('the sign-in page loads at most 150 kB of script before it can be used', async ({ page }) => {
  await fakeService(page, {});
  const loaded: string[] = [];
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') loaded.push(new URL(response.url()).pathname);
  });
  await page.goto(`${origin()}/sign-in`);
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  await page.waitForLoadState('networkidle');
  const scripts = await scriptsOf(clientFolder(), loaded);
  const total = scripts.reduce((sum, { gzip }) => sum + gzip, 0);
  const parts = await breakdown(clientFolder(), scripts);
  const table = parts.map(({ name, gzip }) => `${(gzip / 1000).toFixed(1).padStart(6)} kB  ${name}`);
  console.log(`first load of the sign-in page: ${(total / 1000).toFixed(1)} kB of gzip\n${table.join('\n')}`);
  expect(scripts.length).toBeGreaterThan(0);
  expect(total).toBeLessThanOrEqual(BUDGET);
  // What belongs to later pages is not part of it.
  const late = /zxcvbn|base-ui|floating-ui|lucide|language\/de|pages\/account|subscription-link/;
  expect(parts.filter(({ name }) => late.test(name))).toEqual([]);
});

for (const path of ['/sign-in', '/dashboard']) {
  test(`nothing moves while ${path} loads`, async ({ page }) => {
    await fakeService(page, path === '/dashboard' ? signedIn : {});
    await page.addInitScript(() => {
      const shifts: number[] = [];
      Object.assign(window, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries())
          shifts.push((entry as PerformanceEntry & { value: number }).value);
      }).observe({ type: 'layout-shift', buffered: true });
    });
    await page.goto(`${origin()}${path}`);
    await heading(page, path === '/dashboard' ? 'Hello, Ada Lovelace' : 'Sign in').waitFor();
    if (path === '/dashboard') await page.getByText('Live', { exact: true }).waitFor();
    await page.waitForLoadState('networkidle');
    await page.evaluate(() => document.fonts.ready);
    const shifted = await page.evaluate(() =>
      (window as unknown as { shifts: number[] }).shifts.reduce((sum, value) => sum + value, 0),
    );
    expect(shifted).toBeLessThan(0.01);
  });
}
