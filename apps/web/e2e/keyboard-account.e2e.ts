import { expect, type Page, test } from '@playwright/test';
import { PASSWORD, signedIn } from './screens/ways.ts';
import { type Answers, fakeService } from './support/fake-service.ts';
import { focusIsVisible, press, tabTo, typeInto } from './support/keyboard.ts';
import { hereSession } from './support/people.ts';
import { enter, heading, join, somebody } from './support/person.ts';
import { mailedLink, origin } from './support/surroundings.ts';

/*
 * Nobody touches a mouse here: only opening a page or a mailed link is done for the person.
 * The heading of a page has the focus when it opens, which is what a screen reader reads first.
 */

const opened = async (page: Page, name: string): Promise<void> => {
  await expect(heading(page, name)).toBeFocused();
};

/** What the focus is on says where the person is; the body would be nowhere. */
const focusIsSomewhere = async (page: Page): Promise<void> => {
  await expect
    .poll(() =>
      page.evaluate(() => document.activeElement !== null && document.activeElement !== document.body),
    )
    .toBe(true);
};

test('signing up and confirming by keyboard alone, each field and button by its name', async ({ page }) => {
  const person = somebody();
  await page.goto(`${origin()}/sign-up`);
  await expect(page.locator('main form')).toMatchAriaSnapshot(`
    - text: Name (optional)
    - textbox "Name (optional)"
    - text: E-mail address
    - textbox "E-mail address"
    - text: Password
    - textbox "Password"
    - button "Show password"
    - button "Create account"
  `);
  await typeInto(page, 'Name (optional)', person.name);
  await typeInto(page, 'E-mail address', person.email);
  await tabTo(page, 'textbox', 'Password');
  // The rules stand before typing, and are read with the field.
  await expect(page.getByRole('textbox', { name: 'Password', exact: true })).toHaveAccessibleDescription(
    /\d+ characters/,
  );
  await page.keyboard.type(person.password);
  await press(page, 'button', 'Create account');
  await opened(page, 'Check your mail');
  await page.goto(await mailedLink(person.email, 'verify-email'));
  await press(page, 'button', 'Confirm my address');
  await opened(page, 'Address confirmed');
  await press(page, 'link', 'Sign in');
  await opened(page, 'Sign in');
});

test('a forgotten password is replaced by keyboard alone', async ({ page }) => {
  const person = somebody();
  await join(page, person);
  await page.goto(`${origin()}/sign-in`);
  await press(page, 'link', 'Forgot password?');
  await opened(page, 'Forgot your password?');
  await typeInto(page, 'E-mail address', person.email, { enter: true });
  await opened(page, 'Check your mail');
  await page.goto(await mailedLink(person.email, 'reset-password'));
  await expect(page.locator('main form')).toMatchAriaSnapshot(`
    - text: New password
    - textbox "New password"
    - button "Show password"
    - button "Change password"
  `);
  await typeInto(page, 'New password', 'too short', { enter: true });
  const field = page.getByRole('textbox', { name: 'New password', exact: true });
  await expect(field).toBeFocused();
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(field).toHaveAccessibleDescription(/Use at least \d+ characters/);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(somebody().password);
  await page.keyboard.press('Enter');
  await opened(page, 'Password changed');
  await press(page, 'link', 'Sign in');
  await opened(page, 'Sign in');
});

test('password and address are changed by keyboard alone, and the focus is never lost', async ({ page }) => {
  const person = somebody();
  const next = somebody();
  await join(page, person);
  await enter(page, person);
  await press(page, 'link', 'Security');
  await opened(page, 'Security');
  await expect(page.getByRole('textbox')).toHaveCount(3);
  for (const name of ['Current password', 'New password', 'New e-mail address'])
    await expect(page.getByRole('textbox', { name, exact: true })).toHaveCount(1);

  await typeInto(page, 'Current password', 'this is not the password');
  await typeInto(page, 'New password', next.password, { enter: true });
  const current = page.getByRole('textbox', { name: 'Current password', exact: true });
  await expect(current).toBeFocused();
  await expect(current).toHaveAccessibleDescription(/That is not your password/);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(person.password);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('status').filter({ hasText: 'Password changed.' })).toBeVisible();
  await focusIsSomewhere(page);

  await typeInto(page, 'New e-mail address', next.email, { enter: true });
  await expect(page.getByRole('status').filter({ hasText: next.email })).toBeVisible();
  await focusIsSomewhere(page);
  await page.goto(await mailedLink(next.email, 'confirm-email-change'));
  await press(page, 'button', 'Use this address');
  await opened(page, 'Address changed');
  await press(page, 'link', 'Go to your account');
  await opened(page, `Hello, ${person.name}`);
});

test('an account is deleted by keyboard alone: the dialog says what it is and gives the focus back', async ({
  page,
}) => {
  const person = somebody();
  await join(page, person);
  await enter(page, person);
  await press(page, 'link', 'Your data');
  await opened(page, 'Your data');
  await press(page, 'button', 'Delete my account');
  const dialog = page.getByRole('dialog', { name: 'Delete your account?' });
  await expect(dialog).toHaveAccessibleDescription(
    'Enter your password to delete your account now and for good.',
  );
  await expect.poll(() => dialog.evaluate((box) => box.contains(document.activeElement))).toBe(true);
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Delete my account' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(dialog).toBeVisible();

  const password = dialog.getByRole('textbox', { name: 'Password', exact: true });
  await expect.poll(() => dialog.evaluate((box) => box.contains(document.activeElement))).toBe(true);
  if (!(await password.evaluate((field) => field === document.activeElement)))
    await tabTo(page, 'textbox', 'Password');
  expect(await focusIsVisible(page)).toBe(true);
  await page.keyboard.type('this is not the password');
  await page.keyboard.press('Enter');
  await expect(password).toHaveAccessibleDescription(/That is not your password/);
  await expect(password).toBeFocused();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(person.password);
  await tabTo(page, 'button', 'Delete for good');
  await page.keyboard.press('Enter');
  await opened(page, 'Your account is deleted');
});

test('a password that is asked for in between is given by keyboard alone, and what was begun goes on', async ({
  page,
}) => {
  const answers: Answers = {
    ...signedIn,
    'account.requestEmailChange': { refused: { reason: 'step_up_required' } },
    'session.reauthenticate': { data: { session: hereSession } },
  };
  await fakeService(page, answers);
  await page.goto(`${origin()}/dashboard/security`);
  await heading(page, 'Security').waitFor();
  await typeInto(page, 'New e-mail address', 'ada@example.com', { enter: true });
  const dialog = page.getByRole('dialog', { name: 'Is it still you?' });
  await expect(dialog).toHaveAccessibleDescription(
    'You signed in a while ago. Enter your password to go on.',
  );
  await expect.poll(() => dialog.evaluate((box) => box.contains(document.activeElement))).toBe(true);
  answers['account.requestEmailChange'] = { data: { status: 'check_your_email' } };
  const password = dialog.getByRole('textbox', { name: 'Password', exact: true });
  if (!(await password.evaluate((field) => field === document.activeElement)))
    await tabTo(page, 'textbox', 'Password');
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole('status').filter({ hasText: 'ada@example.com' })).toBeVisible();
  await focusIsSomewhere(page);
});
