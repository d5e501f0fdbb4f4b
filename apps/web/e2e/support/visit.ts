import type { Page } from '@playwright/test';
import type { Screen } from '../screens/screen.ts';
import { fakeService } from './fake-service.ts';

/** Opens a screen in its state and waits until it is there: its heading, then the text that only this state shows. */
export const visit = async (page: Page, origin: string, screen: Screen): Promise<void> => {
  const answers = { ...screen.answers };
  await fakeService(page, answers, screen.live ?? true);
  await page.goto(`${origin}${screen.path}`);
  await screen.act?.(page, answers);
  await page.locator('h1', { hasText: screen.heading }).waitFor();
  await page.getByText(screen.shows).first().waitFor({ state: 'attached' });
  await page.evaluate(() => document.fonts.ready);
};
