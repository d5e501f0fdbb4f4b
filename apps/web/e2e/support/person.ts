import { randomBytes } from 'node:crypto';
import { type Browser, type BrowserContext, expect, type Page } from '@playwright/test';
import { mailedLink, origin } from './surroundings.ts';

export type Person = { email: string; password: string; name: string };

export const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

/** Somebody nobody else in these tests is. */
export const somebody = (): Person => ({
  email: `e2e-${randomBytes(6).toString('hex')}@example.org`,
  password: `four unrelated words ${randomBytes(4).toString('hex')}`,
  name: 'Grace Hopper',
});

export const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });

export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

export const fillSignUp = async (page: Page, person: Person): Promise<void> => {
  await page.goto(`${origin()}/sign-up`);
  await page.getByLabel('Name (optional)').fill(person.name);
  await page.getByLabel('E-mail address').fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
};

/** Signs up and confirms in the same browser: the sign-up's cookie proves who it was. */
export const join = async (page: Page, person: Person): Promise<void> => {
  await fillSignUp(page, person);
  await button(page, 'Create account').click();
  await expect(heading(page, 'Check your mail')).toBeVisible();
  await page.goto(await mailedLink(person.email, 'verify-email'));
  await button(page, 'Confirm my address').click();
  await expect(heading(page, 'Address confirmed')).toBeVisible();
};

export const fillSignIn = async (page: Page, email: string, password: string): Promise<void> => {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await button(page, 'Sign in').click();
};

/** Signs in and waits for the dashboard with its live connection. */
export const enter = async (page: Page, person: Person): Promise<void> => {
  await page.goto(`${origin()}/sign-in`);
  await fillSignIn(page, person.email, person.password);
  await expect(heading(page, `Hello, ${person.name}`)).toBeVisible();
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
};

/** A browser of its own, as a second device. */
export const secondDevice = async (browser: Browser): Promise<{ context: BrowserContext; page: Page }> => {
  const context = await browser.newContext({ userAgent: FIREFOX, locale: 'en' });
  return { context, page: await context.newPage() };
};

/** The very next request of this device: its status and the reason it was refused with, if it was. */
export const nextRequest = async (
  context: BrowserContext,
): Promise<{ status: number; reason: string | null }> => {
  const answer = await context.request.get(`${origin()}/trpc/account.me`);
  const body = (await answer.json()) as { error?: { data: { reason: string } } };
  return { status: answer.status(), reason: body.error?.data.reason ?? null };
};
