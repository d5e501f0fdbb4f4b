import { expect, test } from '@playwright/test';
import { button, enter, fillSignIn, heading, join, somebody } from './support/person.ts';
import { origin, setApi } from './support/surroundings.ts';

test.afterEach(async () => {
  await setApi('up');
});

test('while the API is down nobody is signed out: an open page stays, a new one waits and comes back', async ({
  page,
}) => {
  const person = somebody();
  await join(page, person);
  await enter(page, person);

  await setApi('down');
  await expect(page.getByText('You’re still signed in; what you see may be out of date.')).toBeVisible({
    timeout: 30_000,
  });
  await expect(heading(page, `Hello, ${person.name}`)).toBeVisible();

  await page.reload();
  await expect(heading(page, 'We can’t reach the service')).toBeVisible({ timeout: 30_000 });
  await expect(page).toHaveURL(`${origin()}/dashboard`);

  await setApi('up');
  await expect(heading(page, `Hello, ${person.name}`)).toBeVisible({ timeout: 30_000 });
});

test('a sign-in that nobody answers keeps both entries', async ({ page }) => {
  const person = somebody();
  await join(page, person);
  await page.goto(`${origin()}/sign-in`);
  await expect(heading(page, 'Sign in')).toBeVisible();
  await setApi('down');
  await fillSignIn(page, person.email, person.password);
  await expect(page.getByText('The service can’t answer right now.')).toBeVisible();
  await expect(page.getByLabel('E-mail address')).toHaveValue(person.email);
  await expect(page.getByLabel('Password', { exact: true })).toHaveValue(person.password);

  await setApi('up');
  await button(page, 'Sign in').click();
  await expect(heading(page, `Hello, ${person.name}`)).toBeVisible();
});
