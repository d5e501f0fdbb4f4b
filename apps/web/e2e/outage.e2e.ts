import { expect, type Page, test } from '@playwright/test';
import {
  button,
  enter,
  fillSignIn,
  heading,
  join,
  nextRequest,
  secondDevice,
  somebody,
} from './support/person.ts';
import { PARTS } from './support/stack.ts';
import { mailedLink, origin, setPart } from './support/surroundings.ts';

/** An outage is noticed by the next question, and the way back by the next retry: both within this. */
const SOON = { timeout: 60_000 };

const STILL_SIGNED_IN = 'You’re still signed in; what you see may be out of date.';

test.describe.configure({ mode: 'serial', timeout: 240_000 });

test.afterEach(async () => {
  for (const part of PARTS) await setPart(part, 'up');
});

/** Marks the page, to find out later whether it was loaded anew. */
const mark = (page: Page): Promise<void> =>
  page.evaluate(() => Object.assign(window, { marked: true }) && undefined);
const isMarked = (page: Page): Promise<boolean> => page.evaluate(() => 'marked' in window);

for (const [part, name] of [
  ['api', 'the API is down'],
  ['postgres', 'Postgres is down'],
] as const) {
  test(`while ${name} nobody is signed out: an open page stays, a new one waits, both come back by themselves`, async ({
    page,
    context,
  }) => {
    const person = somebody();
    await join(page, person);
    await enter(page, person);
    await mark(page);

    await setPart(part, 'down');
    // Whoever acts or looks again is told; the entries stay.
    await page.evaluate(() => window.dispatchEvent(new Event('visibilitychange')));
    await expect(page.getByText(STILL_SIGNED_IN)).toBeVisible(SOON);
    await expect(heading(page, `Hello, ${person.name}`)).toBeVisible();
    await expect(button(page, 'Try now')).toBeVisible();
    const fresh = await context.newPage();
    await fresh.goto(`${origin()}/dashboard/security`);
    await expect(heading(fresh, 'We can’t reach the service')).toBeVisible(SOON);
    await expect(fresh).toHaveURL(`${origin()}/dashboard/security`);
    await mark(fresh);

    await setPart(part, 'up');
    await expect(heading(fresh, 'Security')).toBeVisible(SOON);
    await expect(page.getByText(STILL_SIGNED_IN)).toHaveCount(0, SOON);
    await expect(page.getByText('Live', { exact: true })).toBeVisible(SOON);
    expect([await isMarked(page), await isMarked(fresh)]).toEqual([true, true]);
    expect((await nextRequest(context)).status).toBe(200);
  });
}

test('while Postgres is down a sign-in is told so, keeps both entries, and works afterwards without a reload', async ({
  page,
}) => {
  const person = somebody();
  await join(page, person);
  await page.goto(`${origin()}/sign-in`);
  await expect(heading(page, 'Sign in')).toBeVisible();
  await setPart('postgres', 'down');
  await fillSignIn(page, person.email, person.password);
  await expect(page.getByText('The service can’t answer right now.')).toBeVisible(SOON);
  await expect(page.getByLabel('E-mail address')).toHaveValue(person.email);
  await expect(page.getByLabel('Password', { exact: true })).toHaveValue(person.password);

  await setPart('postgres', 'up');
  await expect(async () => {
    await page.getByRole('button', { name: /Sign in/ }).click({ timeout: 1_000 });
    await expect(heading(page, `Hello, ${person.name}`)).toBeVisible({ timeout: 5_000 });
  }).toPass(SOON);
});

test('while Redis is down everything goes on: no banner, sign-in, and a revocation that holds at once', async ({
  page,
  browser,
}) => {
  const person = somebody();
  await join(page, person);
  await enter(page, person);
  await setPart('redis', 'down');
  const other = await secondDevice(browser);
  await other.page.goto(`${origin()}/sign-in`);
  await fillSignIn(other.page, person.email, person.password);
  await expect(heading(other.page, `Hello, ${person.name}`)).toBeVisible(SOON);

  await page.reload();
  await expect(heading(page, `Hello, ${person.name}`)).toBeVisible(SOON);
  await expect(page.getByText(STILL_SIGNED_IN)).toHaveCount(0);
  await expect(async () => {
    const row = page.getByRole('listitem').filter({ hasText: 'Firefox on Linux' });
    if ((await row.getByRole('button').count()) > 0) await row.getByRole('button').click({ timeout: 1_000 });
    await expect(page.getByText('You’re signed in nowhere else.')).toBeVisible({ timeout: 5_000 });
  }).toPass(SOON);
  expect((await nextRequest(other.context)).status).toBe(401);
  await setPart('redis', 'up');
  await expect(page.getByText('Live', { exact: true })).toBeVisible(SOON);
  await other.context.close();
});

test('while the mail server is down nothing fails: the page says that a mail may take a while, and it comes', async ({
  page,
}) => {
  const person = somebody();
  await join(page, person);
  await setPart('smtp', 'down');
  await page.goto(`${origin()}/forgot-password`);
  await page.getByLabel('E-mail address').fill(person.email);
  await button(page, 'Send the link').click();
  await expect(heading(page, 'Check your mail')).toBeVisible(SOON);
  await expect(page.getByText('A mail may take a few minutes.')).toBeVisible();
  await setPart('smtp', 'up');
  await page.goto(await mailedLink(person.email, 'reset-password', 120_000));
  await expect(heading(page, 'Choose a new password')).toBeVisible();
});

test('a browser without a network says so, keeps the page, and comes back', async ({ page, context }) => {
  const person = somebody();
  await join(page, person);
  await enter(page, person);
  await context.setOffline(true);
  await expect(page.getByText('You’re offline. You’re still signed in')).toBeVisible(SOON);
  await expect(heading(page, `Hello, ${person.name}`)).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByText('You’re offline.')).toHaveCount(0, SOON);
});
