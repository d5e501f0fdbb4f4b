import { readFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { button, enter, fillSignIn, heading, join, nextRequest, somebody } from './support/person.ts';
import { mailedLink, origin } from './support/surroundings.ts';

test('the name is changed in place', async ({ page }) => {
  const person = somebody();
  await join(page, person);
  await enter(page, person);
  await button(page, 'Edit name').click();
  await page.getByLabel('Name', { exact: true }).fill('Rear Admiral Hopper');
  await button(page, 'Save').click();
  await expect(heading(page, 'Hello, Rear Admiral Hopper')).toBeVisible();
  await page.reload();
  await expect(heading(page, 'Hello, Rear Admiral Hopper')).toBeVisible();
});

test('activity lists what happened and the export carries it', async ({ page }) => {
  const person = somebody();
  await join(page, person);
  await enter(page, person);
  await page.getByRole('link', { name: 'Activity' }).click();
  await expect(page.getByRole('listitem').filter({ hasText: 'Signed in' }).first()).toBeVisible();
  await expect(page.getByText('Account created')).toBeVisible();

  await page.getByRole('link', { name: 'Your data' }).click();
  const downloading = page.waitForEvent('download');
  await button(page, 'Download my data').click();
  const file = await (await downloading).path();
  const data = JSON.parse(await readFile(file, 'utf8')) as {
    account: { email: string };
    sessions: unknown[];
  };
  expect(data.account.email).toBe(person.email);
  expect(data.sessions.length).toBeGreaterThan(0);
});

test('the e-mail address is changed by a mailed link and given back by the other', async ({
  page,
  context,
}) => {
  const person = somebody();
  const next = somebody().email;
  await join(page, person);
  await enter(page, person);
  await page.getByRole('link', { name: 'Security' }).click();
  await page.getByLabel('New e-mail address').fill(next);
  await button(page, 'Send the link').click();
  await expect(page.getByText(`If ${next} can be used`)).toBeVisible();

  await page.goto(await mailedLink(next, 'confirm-email-change'));
  await button(page, 'Use this address').click();
  await expect(heading(page, 'Address changed')).toBeVisible();
  await page.getByRole('link', { name: 'Go to your account' }).click();
  await expect(page.getByText(next)).toBeVisible();

  await page.goto(await mailedLink(person.email, 'undo-email-change'));
  await button(page, 'Restore my address').click();
  await expect(heading(page, 'Address restored')).toBeVisible();
  expect((await nextRequest(context)).status).toBe(401);
  await page.getByRole('link', { name: 'Choose a new password' }).click();
  await expect(heading(page, 'Forgot your password?')).toBeVisible();
});

test('an account is deleted with its password, at once', async ({ page, context }) => {
  const person = somebody();
  await join(page, person);
  await enter(page, person);
  await page.getByRole('link', { name: 'Your data' }).click();
  await button(page, 'Delete my account').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Password', { exact: true }).fill('this is not the password');
  await dialog.getByRole('button', { name: 'Delete for good' }).click();
  await expect(dialog.getByText('That is not your password.')).toBeVisible();
  await dialog.getByLabel('Password', { exact: true }).fill(person.password);
  await dialog.getByRole('button', { name: 'Delete for good' }).click();
  await expect(heading(page, 'Your account is deleted')).toBeVisible();
  expect((await nextRequest(context)).status).toBe(401);
  await page.goto(`${origin()}/sign-in`);
  await fillSignIn(page, person.email, person.password);
  await expect(page.getByRole('alert')).toContainText('don’t match');
});
