import { expect, test } from '@playwright/test';
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
import { mailedLink, origin } from './support/surroundings.ts';

test('after a reset the other device is refused on its very next request and its screen changes by itself', async ({
  page,
  context,
  browser,
}) => {
  const person = somebody();
  await join(page, person);
  await enter(page, person);
  const other = await secondDevice(browser);
  await other.page.goto(`${origin()}/forgot-password`);
  await other.page.getByLabel('E-mail address').fill(person.email);
  await button(other.page, 'Send the link').click();
  await expect(heading(other.page, 'Check your mail')).toBeVisible();
  await other.page.goto(await mailedLink(person.email, 'reset-password'));
  await expect(other.page).toHaveURL(`${origin()}/reset-password`);
  expect((await nextRequest(context)).status).toBe(200);

  const fresh = `${person.password} anew`;
  await other.page.getByLabel('New password').fill(fresh);
  const answered = other.page.waitForResponse('**/trpc/account.resetPassword');
  await button(other.page, 'Change password').click();
  await answered;
  expect(await nextRequest(context)).toEqual({ status: 401, reason: 'session_revoked' });
  await expect(heading(page, 'You were signed out')).toBeVisible();
  await expect(page.getByText('Your password was reset')).toBeVisible();
  await expect(page.getByText(person.email)).toHaveCount(0);
  await expect(heading(other.page, 'Password changed')).toBeVisible();
  await expect(other.page.getByText('One session was signed out')).toBeVisible();

  await page.getByRole('link', { name: 'Sign in' }).click();
  await fillSignIn(page, person.email, fresh);
  await expect(heading(page, `Hello, ${person.name}`)).toBeVisible();
  await other.context.close();
});

test('one session is signed out from the list, and both screens show it live', async ({ page, browser }) => {
  const person = somebody();
  await join(page, person);
  await enter(page, person);
  const other = await secondDevice(browser);
  await enter(other.page, person);
  await expect(button(page, 'Sign out Firefox on Linux')).toBeVisible();

  await button(page, 'Sign out Firefox on Linux').click();
  await expect(heading(other.page, 'You were signed out')).toBeVisible();
  await expect(other.page.getByText('signed out from another device')).toBeVisible();
  expect(await nextRequest(other.context)).toEqual({ status: 401, reason: 'session_revoked' });
  await expect(page.getByText('You’re signed in nowhere else.')).toBeVisible();
  await page.getByText('Signed out in the last 30 days').click();
  await expect(page.getByText('from another device')).toBeVisible();
  await other.context.close();
});

test('a failed revocation is never shown as done', async ({ page, browser }) => {
  const person = somebody();
  await join(page, person);
  await enter(page, person);
  const other = await secondDevice(browser);
  await enter(other.page, person);
  await page.route('**/trpc/session.revoke', (route) => route.abort('connectionreset'));
  await button(page, 'Sign out Firefox on Linux').click();
  await expect(page.getByText('Not confirmed')).toBeVisible();
  await expect(button(page, 'Sign out Firefox on Linux')).toBeVisible();
  expect((await nextRequest(other.context)).status).toBe(200);
  await other.context.close();
});

test('changing the password keeps this device and ends the others', async ({ page, context, browser }) => {
  const person = somebody();
  await join(page, person);
  await enter(page, person);
  const other = await secondDevice(browser);
  await enter(other.page, person);

  await page.getByRole('link', { name: 'Security' }).click();
  await expect(heading(page, 'Security')).toBeFocused();
  const fresh = `${person.password} changed`;
  await page.getByLabel('Current password').fill('this is not the password');
  await page.getByLabel('New password').fill(fresh);
  await button(page, 'Change password').click();
  await expect(page.getByText('That is not your password.')).toBeVisible();
  await page.getByLabel('Current password').fill(person.password);
  await button(page, 'Change password').click();
  await expect(page.getByText('One other session was signed out.')).toBeVisible();
  await expect(heading(other.page, 'You were signed out')).toBeVisible();
  await expect(other.page.getByText('Your password was changed')).toBeVisible();
  expect((await nextRequest(other.context)).reason).toBe('session_revoked');

  expect((await nextRequest(context)).status).toBe(200);
  await page.getByRole('link', { name: 'Overview' }).click();
  await expect(heading(page, `Hello, ${person.name}`)).toBeVisible();
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await other.context.close();
});

test('signing out everywhere ends all sessions, this one included', async ({ page, context, browser }) => {
  const person = somebody();
  await join(page, person);
  await enter(page, person);
  const other = await secondDevice(browser);
  await enter(other.page, person);

  await button(page, 'Sign out everywhere').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Sign out everywhere' }).click();
  await expect(heading(page, 'Signed out everywhere')).toBeVisible();
  await expect(page.getByText('All 2 of your sessions have ended.')).toBeVisible();
  await expect(heading(other.page, 'You were signed out')).toBeVisible();
  expect((await nextRequest(other.context)).status).toBe(401);
  expect((await nextRequest(context)).status).toBe(401);
  await other.context.close();
});

test('signing out the others keeps this one', async ({ page, context, browser }) => {
  const person = somebody();
  await join(page, person);
  await enter(page, person);
  const other = await secondDevice(browser);
  await enter(other.page, person);
  await button(page, 'Sign out the other session').click();
  await button(page, 'Sign them out').click();
  await expect(page.getByText('One session signed out.')).toBeVisible();
  await expect(heading(other.page, 'You were signed out')).toBeVisible();
  expect((await nextRequest(context)).status).toBe(200);
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await other.context.close();
});
