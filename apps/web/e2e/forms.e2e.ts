import { expect, type Page, test } from '@playwright/test';
import type { Answers } from './support/fake-service.ts';
import { fakeService } from './support/fake-service.ts';
import { ada } from './support/people.ts';
import { button, heading } from './support/person.ts';
import { origin } from './support/surroundings.ts';
import { PASSWORD, signedIn, signInWith, TOKEN } from './screens/ways.ts';

const open = async (page: Page, path: string, answers: Answers = {}): Promise<void> => {
  await fakeService(page, answers);
  await page.goto(`${origin()}${path}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
};

const password = (page: Page) => page.getByLabel('Password', { exact: true });

/** What password managers and browsers go by, field by field in the order of the form. */
const contracts: { form: string; path: string; answers?: Answers; reach?: string; fields: string[] }[] = [
  { form: 'sign-in', path: '/sign-in', fields: ['email username', 'password current-password'] },
  { form: 'sign-up', path: '/sign-up', fields: ['name name', 'email username', 'password new-password'] },
  { form: 'forgot-password', path: '/forgot-password', fields: ['email username'] },
  { form: 'reset-password', path: `/reset-password#token=${TOKEN}`, fields: ['newPassword new-password'] },
  {
    form: 'change-password',
    path: '/dashboard/security',
    answers: signedIn,
    fields: ['username username', 'currentPassword current-password', 'newPassword new-password'],
  },
  {
    form: 'delete-account',
    path: '/dashboard/data',
    answers: signedIn,
    reach: 'Delete my account',
    fields: ['username username', 'password current-password'],
  },
];

for (const { form, path, answers, reach, fields } of contracts) {
  test(`form ${form}: one POST form, named fields with the tokens of password managers`, async ({ page }) => {
    await open(page, path, answers);
    if (reach) await button(page, reach).click();
    const element = page.locator(`form#${form}`);
    await expect(element).toHaveAttribute('method', 'post');
    await expect(element).toHaveAttribute('action', path.replace(/#.*/, ''));
    const found = await element
      .locator('input:not([type=checkbox])')
      .evaluateAll((inputs) =>
        inputs.map((input) => `${input.getAttribute('name')} ${input.getAttribute('autocomplete')}`),
      );
    expect(found).toEqual(fields);
    await expect(element.locator('[autocomplete=off], [placeholder]')).toHaveCount(0);
    await expect(element.locator('[type=submit]')).toHaveCount(1);
    await expect(element.locator(':disabled, [aria-disabled=true]')).toHaveCount(0);
    // Each visible field has a label that can be clicked.
    for (const input of await element.locator('input:visible').all()) {
      const id = await input.getAttribute('id');
      await expect(element.locator(`label[for="${id}"]`)).toHaveCount(1);
    }
  });
}

test('a password can be pasted, shown, and is masked again before it is sent', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page, '/sign-in', { 'session.signIn': 'never' });
  await page.evaluate((text) => navigator.clipboard.writeText(text), `  ${PASSWORD} `);
  await password(page).focus();
  await page.keyboard.press('Control+V');
  await expect(password(page)).toHaveValue(`  ${PASSWORD} `);
  const toggle = page.getByRole('button', { name: 'Show password' });
  await toggle.click();
  await expect(toggle).toHaveAttribute('aria-pressed', 'true');
  await expect(toggle).toHaveAttribute('aria-controls', 'password');
  await expect(password(page)).toHaveAttribute('type', 'text');
  await page.getByLabel('E-mail address').fill(ada.email);
  const sent = page.waitForRequest('**/trpc/session.signIn');
  await page.keyboard.press('Enter');
  // Exactly as typed: blanks are part of a password.
  expect((await sent).postDataJSON()).toMatchObject({ password: `  ${PASSWORD} ` });
  await expect(password(page)).toHaveAttribute('type', 'password');
});

test('nothing is judged before the first submit; then the first wrong field has the focus', async ({
  page,
}) => {
  await open(page, '/sign-in');
  const email = page.getByLabel('E-mail address');
  await email.fill('no address');
  await email.blur();
  await expect(page.locator('[aria-invalid]')).toHaveCount(0);
  await button(page, 'Sign in').click();
  await expect(email).toBeFocused();
  await expect(email).toHaveAttribute('aria-invalid', 'true');
  await expect(email).toHaveAccessibleDescription('Error: Enter an e-mail address like name@example.org.');
  await expect(password(page)).toHaveAccessibleDescription('Error: Enter your password.');
  await expect(page).toHaveTitle('Error: Sign in · Portcullis');
  // From now on each field is judged while it is mended.
  await email.fill(ada.email);
  await expect(email).not.toHaveAttribute('aria-invalid');
  await expect(password(page)).toHaveAttribute('aria-invalid', 'true');
});

test('without an answer the form keeps both entries and the focus', async ({ page }) => {
  await open(page, '/sign-in', { 'session.signIn': 'broken' });
  await page.getByLabel('E-mail address').fill(ada.email);
  await password(page).fill(PASSWORD);
  await password(page).press('Enter');
  await expect(page.getByRole('alert')).toContainText('Nothing you typed is lost');
  await expect(page.getByLabel('E-mail address')).toHaveValue(ada.email);
  await expect(password(page)).toHaveValue(PASSWORD);
  await expect(password(page)).toBeFocused();
});

test('while an answer is awaited the button stays focusable, says so, and a second submit sends nothing', async ({
  page,
}) => {
  await open(page, '/sign-in', { 'session.signIn': 'never' });
  let sent = 0;
  page.on('request', (request) => {
    if (request.url().includes('session.signIn')) sent += 1;
  });
  await signInWith(page);
  const pending = page.getByRole('button', { name: 'Signing in…' });
  await expect(pending).toHaveAttribute('aria-disabled', 'true');
  await expect(pending).toHaveAttribute('aria-busy', 'true');
  await expect(pending).toBeEnabled({ enabled: false });
  await pending.focus();
  await expect(pending).toBeFocused();
  await page.keyboard.press('Enter');
  await password(page).press('Enter');
  await pending.click({ force: true });
  expect(sent).toBe(1);
});

test('a limit is counted down from Retry-After, survives a reload, and says when it is over', async ({
  page,
}) => {
  await page.clock.install();
  await open(page, '/sign-in', {
    'session.signIn': { refused: { reason: 'rate_limited', retryAfterMs: 42_000 } },
  });
  await signInWith(page);
  const wait = button(page, 'Try again in 0:42');
  await expect(wait).toHaveAttribute('aria-disabled', 'true');
  await expect(page.getByLabel('E-mail address')).toHaveValue(ada.email);
  const spoken = page.getByRole('status').filter({ hasText: 'Try again' });
  await expect(spoken).toHaveText('Try again in 42 seconds');
  await page.clock.runFor(5_000);
  await expect(button(page, 'Try again in 0:37')).toBeVisible();
  // Not every second is read aloud.
  await expect(spoken).toHaveText('Try again in 42 seconds');
  await page.clock.runFor(8_000);
  await expect(spoken).toHaveText('Try again in 30 seconds');

  await page.reload();
  await expect(page.getByRole('button', { name: /^Try again in 0:2\d$/ })).toBeVisible();
  await page.clock.runFor(30_000);
  await expect(button(page, 'Sign in')).not.toHaveAttribute('aria-disabled');
  await expect(page.getByText('You can try again now.').first()).toBeAttached();
});

test('the address that was typed comes along to the next page, and no further than this tab', async ({
  page,
}) => {
  await open(page, '/sign-in');
  await page.getByLabel('E-mail address').fill(ada.email);
  await page.getByRole('link', { name: 'Forgot password?' }).click();
  await expect(heading(page, 'Forgot your password?')).toBeVisible();
  await expect(page.getByLabel('E-mail address')).toHaveValue(ada.email);
  await page.getByRole('link', { name: 'Back to sign in' }).click();
  await page.getByRole('link', { name: 'Create an account' }).click();
  await expect(page.getByLabel('E-mail address')).toHaveValue(ada.email);
  expect(
    await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href])),
  ).not.toContain(ada.email);
});

test('the strength hint is fetched when a new password is typed, judges off the main thread, and decides nothing', async ({
  page,
}) => {
  const scripts: string[] = [];
  page.on('request', (request) => scripts.push(new URL(request.url()).pathname));
  await open(page, '/sign-up', { 'account.signUp': { data: { status: 'check_your_email' } } });
  await expect(page.getByText('At least 15 characters.')).toBeVisible();
  expect(scripts.filter((path) => path.includes('strength'))).toEqual([]);

  await password(page).fill('passwordpassword');
  await expect(page.getByText('Strength: Easy to guess')).toBeVisible({ timeout: 60_000 });
  expect(scripts.filter((path) => path.includes('strength-worker'))).toHaveLength(1);
  await password(page).fill('seventeen llamas juggle cobalt teapots');
  await expect(page.getByText('Strength: Hard to guess')).toBeVisible({ timeout: 60_000 });

  // Weak, but long enough: the service is asked all the same.
  await password(page).fill('passwordpassword');
  await page.getByLabel('E-mail address').fill(ada.email);
  await button(page, 'Create account').click();
  await expect(heading(page, 'Check your mail')).toBeVisible();
});

test('caps lock is named while it is on', async ({ page }) => {
  await open(page, '/sign-in');
  await password(page).evaluate((input) => {
    const event = new KeyboardEvent('keydown', { key: 'A', bubbles: true, modifierCapsLock: true });
    input.dispatchEvent(event);
  });
  await expect(page.getByText('Caps Lock is on.')).toBeVisible();
});

test('without script the page says what it needs, in both languages', async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${origin()}/sign-in`);
  await expect(page.getByRole('heading', { name: 'Portcullis needs JavaScript' })).toBeVisible();
  await expect(page.locator('[lang=de]')).toContainText('braucht JavaScript');
  await context.close();
});
