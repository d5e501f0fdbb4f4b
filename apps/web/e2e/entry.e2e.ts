import { expect, test } from '@playwright/test';
import {
  button,
  enter,
  fillSignIn,
  fillSignUp,
  heading,
  join,
  nextRequest,
  secondDevice,
  somebody,
} from './support/person.ts';
import { mailedLink, origin } from './support/surroundings.ts';

test('sign up, confirm by the mailed link, sign in, see the account', async ({ page }) => {
  const person = somebody();
  await fillSignUp(page, person);
  await button(page, 'Create account').click();
  await expect(heading(page, 'Check your mail')).toBeVisible();
  await expect(heading(page, 'Check your mail')).toBeFocused();
  await expect(page.getByText(person.email)).toBeVisible();

  await page.goto(`${origin()}/sign-in`);
  await fillSignIn(page, person.email, person.password);
  await expect(page.getByText('Confirm your e-mail address before you sign in.')).toBeVisible();

  await page.goto(await mailedLink(person.email, 'verify-email'));
  await expect(page).toHaveURL(`${origin()}/verify-email`);
  await button(page, 'Confirm my address').click();
  await expect(heading(page, 'Address confirmed')).toBeVisible();
  await page.getByRole('link', { name: 'Sign in' }).click();
  await fillSignIn(page, person.email, person.password);

  await expect(page).toHaveURL(`${origin()}/dashboard`);
  await expect(heading(page, `Hello, ${person.name}`)).toBeVisible();
  await expect(page.getByText('This device')).toBeVisible();
  await expect(page.getByText(person.email)).toBeVisible();
});

test('opening the mailed link changes nothing; in another browser it asks for the password', async ({
  page,
  browser,
}) => {
  const person = somebody();
  await fillSignUp(page, person);
  await button(page, 'Create account').click();
  await expect(heading(page, 'Check your mail')).toBeVisible();
  const link = await mailedLink(person.email, 'verify-email');

  const other = await secondDevice(browser);
  await other.page.goto(link);
  await expect(heading(other.page, 'Confirm your e-mail address')).toBeVisible();
  await page.goto(`${origin()}/sign-in`);
  await fillSignIn(page, person.email, person.password);
  await expect(page.getByText('Confirm your e-mail address before you sign in.')).toBeVisible();

  await button(other.page, 'Confirm my address').click();
  await expect(heading(other.page, 'Is this your sign-up?')).toBeVisible();
  await other.page.getByLabel('Password', { exact: true }).fill('not the password at all');
  await button(other.page, 'Confirm my address').click();
  await expect(other.page.getByText('That is not the password this sign-up was made with.')).toBeVisible();
  await other.page.getByLabel('Password', { exact: true }).fill(person.password);
  await button(other.page, 'Confirm my address').click();
  await expect(heading(other.page, 'Address confirmed')).toBeVisible();
  await other.context.close();
});

test('wrong credentials keep the address, clear the password and focus it', async ({ page }) => {
  const person = somebody();
  await join(page, person);
  await page.goto(`${origin()}/sign-in`);
  await fillSignIn(page, person.email, 'certainly not the password');
  await expect(page.getByRole('alert')).toContainText('don’t match');
  await expect(page.getByLabel('E-mail address')).toHaveValue(person.email);
  await expect(page.getByLabel('Password', { exact: true })).toHaveValue('');
  await expect(page.getByLabel('Password', { exact: true })).toBeFocused();
  await expect(page).toHaveTitle(/^Error: /);

  await page.goto(`${origin()}/sign-in`);
  await fillSignIn(page, 'nobody-is-here@example.org', 'certainly not the password');
  await expect(page.getByRole('alert')).toContainText('don’t match');
});

test('a second press while the first is under way sends nothing', async ({ page }) => {
  const person = somebody();
  let sent = 0;
  await page.route('**/trpc/account.signUp', async (route) => {
    sent += 1;
    await route.continue();
  });
  await fillSignUp(page, person);
  await page.getByRole('button', { name: 'Create account' }).dblclick();
  await expect(heading(page, 'Check your mail')).toBeVisible();
  expect(sent).toBe(1);
});

test('a password the policy refuses is explained under its field', async ({ page }) => {
  const person = { ...somebody(), password: 'passwordpassword' };
  await fillSignUp(page, { ...person, password: 'short' });
  await button(page, 'Create account').click();
  const field = page.getByLabel('Password', { exact: true });
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(field).toBeFocused();
  await expect(page.getByText('Use at least 15 characters.')).toBeVisible();
  await field.fill(`${person.email} portcullis`);
  await button(page, 'Create account').click();
  await expect(page.getByText('is made of your name, your e-mail address')).toBeVisible();
});

test('who is not signed in is sent to sign in, and back to the page that was wanted', async ({ page }) => {
  const person = somebody();
  await join(page, person);
  await page.goto(`${origin()}/dashboard/security`);
  await expect(heading(page, 'Sign in')).toBeVisible();
  await fillSignIn(page, person.email, person.password);
  await expect(page).toHaveURL(`${origin()}/dashboard/security`);
  await page.goto(`${origin()}/sign-in?returnTo=https%3A%2F%2Fevil.example`);
  await expect(page).toHaveURL(`${origin()}/dashboard`);
});

test('signing out ends the session for every tab of the browser', async ({ page, context }) => {
  const person = somebody();
  await join(page, person);
  await enter(page, person);
  const tab = await context.newPage();
  await tab.goto(`${origin()}/dashboard/activity`);
  await expect(heading(tab, 'Activity')).toBeVisible();

  await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click();
  await expect(heading(page, 'You’re signed out')).toBeVisible();
  await expect(page).toHaveURL(`${origin()}/signed-out`);
  await expect(heading(tab, 'You were signed out')).toBeVisible();
  expect((await nextRequest(context)).status).toBe(401);
});
