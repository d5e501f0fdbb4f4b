import { expect, test } from '@playwright/test';
import { fakeService } from './support/fake-service.ts';
import { button, enter, fillSignIn, heading, join, somebody } from './support/person.ts';
import { signedIn } from './screens/ways.ts';
import { origin } from './support/surroundings.ts';

test('each navigation names the document and moves the focus to the heading; the first page keeps it', async ({
  page,
}) => {
  await fakeService(page, signedIn);
  await page.goto(`${origin()}/dashboard`);
  await expect(heading(page, 'Hello, Ada Lovelace')).toBeVisible();
  await expect(page).toHaveTitle('Overview · Portcullis');
  await expect(heading(page, 'Hello, Ada Lovelace')).not.toBeFocused();
  for (const name of ['Security', 'Activity', 'Your data']) {
    await page.getByRole('link', { name, exact: true }).click();
    await expect(heading(page, name)).toBeFocused();
    await expect(page).toHaveTitle(`${name} · Portcullis`);
    await expect(page.getByRole('link', { name, exact: true })).toHaveAttribute('aria-current', 'page');
  }
});

test('back and forward show the pages that were left, and a sign-in leaves no sign-in page behind', async ({
  page,
}) => {
  const person = somebody();
  await join(page, person);
  await page.goto(`${origin()}/forgot-password`);
  await page.goto(`${origin()}/dashboard/activity`);
  await expect(heading(page, 'Sign in')).toBeVisible();
  await fillSignIn(page, person.email, person.password);
  await expect(page).toHaveURL(`${origin()}/dashboard/activity`);
  await page.getByRole('link', { name: 'Security' }).click();
  await expect(heading(page, 'Security')).toBeVisible();
  await page.goBack();
  await expect(heading(page, 'Activity')).toBeVisible();
  await page.goForward();
  await expect(heading(page, 'Security')).toBeVisible();
  await page.goBack();
  await page.goBack();
  await expect(heading(page, 'Forgot your password?')).toBeVisible();
});

test('a page from the back/forward cache asks again, and shows nothing of a session that ended meanwhile', async ({
  page,
  context,
}) => {
  const person = somebody();
  await join(page, person);
  await enter(page, person);
  // What a restored page meets: its memory as it was, and a cookie that is gone.
  await context.clearCookies();
  await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
  await expect(heading(page, 'Sign in')).toBeVisible();
  await expect(page.getByText(person.email)).toHaveCount(0);
});

test('going back after signing out shows no private page', async ({ page }) => {
  const person = somebody();
  await join(page, person);
  await enter(page, person);
  await page.getByRole('link', { name: 'Security' }).click();
  await expect(heading(page, 'Security')).toBeVisible();
  await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click();
  await expect(heading(page, 'You’re signed out')).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('heading', { level: 1, name: /signed out|Sign in/ })).toBeVisible();
  await expect(page.getByText(person.email)).toHaveCount(0);
});

test('deep links: each page of the account is reached through the sign-in, and nothing outside of it', async ({
  page,
}) => {
  const person = somebody();
  await join(page, person);
  for (const evil of [
    'https://evil.example',
    '//evil.example',
    '/dashboard/../../evil',
    'javascript:alert(1)',
  ]) {
    await page.goto(`${origin()}/sign-in?returnTo=${encodeURIComponent(evil)}`);
    await expect(heading(page, 'Sign in')).toBeVisible();
    expect(new URL(page.url()).searchParams.get('returnTo')).toBe('/dashboard');
  }
  await page.goto(`${origin()}/dashboard/data`);
  await expect(page).toHaveURL(/\/sign-in\?returnTo=%2Fdashboard%2Fdata$/);
  await fillSignIn(page, person.email, person.password);
  await expect(page).toHaveURL(`${origin()}/dashboard/data`);
  await expect(heading(page, 'Your data')).toBeVisible();
});

test('the well-known address of the password change leads to it; a made-up one does not exist', async ({
  page,
  request,
}) => {
  const person = somebody();
  await join(page, person);
  await page.goto(`${origin()}/.well-known/change-password`);
  await expect(heading(page, 'Sign in')).toBeVisible();
  await fillSignIn(page, person.email, person.password);
  await expect(page).toHaveURL(`${origin()}/dashboard/security`);
  await expect(page.getByLabel('Current password')).toBeVisible();
  const absent = await request.get(
    `${origin()}/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200`,
  );
  expect(absent.status()).toBe(404);
});

test('an unknown address says so and leads to the start', async ({ page }) => {
  await fakeService(page, signedIn);
  await page.goto(`${origin()}/no/such/page`);
  await expect(page).toHaveTitle('Nothing here · Portcullis');
  await page.getByRole('link', { name: 'Go to the start' }).click();
  await expect(heading(page, 'Hello, Ada Lovelace')).toBeFocused();
});

test('a private page is not even fetched by who is not signed in', async ({ page }) => {
  const scripts: string[] = [];
  page.on('request', (request) => scripts.push(new URL(request.url()).pathname));
  await page.goto(`${origin()}/dashboard/security`);
  await expect(button(page, 'Sign in')).toBeVisible();
  expect(scripts.filter((path) => /\/assets\/(account|security|gate)/.test(path))).toEqual([]);
});
