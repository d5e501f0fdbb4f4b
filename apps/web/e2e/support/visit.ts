import type { Page } from '@playwright/test';
import type { Screen } from '../screens/screen.ts';
import { fakeService } from './fake-service.ts';

/**
 * Opens a screen in its state and waits until it is there: its heading, then the text that only this state shows. In
 * another language (`translated`) any heading will do.
 */
export const visit = async (
  page: Page,
  origin: string,
  screen: Screen,
  { translated = false } = {},
): Promise<void> => {
  const answers = { ...screen.answers };
  await fakeService(page, answers, screen.live ?? true);
  await page.goto(`${origin}${screen.path}`);
  await screen.act?.(page, answers);
  // Not by role: behind a dialog the page is hidden from assistive technology.
  await page.locator('h1', { hasText: translated ? /./ : screen.heading }).waitFor();
  if (!translated) await page.getByText(screen.shows).first().waitFor({ state: 'attached' });
  // Every page but the one that opens the others has a foot.
  else if (!screen.id.startsWith('pending--')) await page.getByRole('contentinfo').waitFor();
  await page.evaluate(() => document.fonts.ready);
};
