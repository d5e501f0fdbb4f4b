import { expect, type Page, test } from '@playwright/test';
import { PASSWORD, signedIn } from './screens/ways.ts';
import { type Answers, fakeService } from './support/fake-service.ts';
import { focusIsVisible, tabTo } from './support/keyboard.ts';
import { ada, hereSession } from './support/people.ts';
import { heading } from './support/person.ts';
import { origin } from './support/surroundings.ts';

const open = async (page: Page, path: string, answers: Answers): Promise<Answers> => {
  const given = { ...answers };
  await fakeService(page, given);
  await page.goto(`${origin()}${path}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return given;
};

test('signing in by keyboard alone: the order of the fields is the order of Tab, Enter submits', async ({
  page,
}) => {
  const answers = await open(page, '/sign-in', {
    'session.signIn': { data: { account: ada, session: hereSession } },
  });
  const order: string[] = [];
  for (let press = 0; press < 8; press += 1) {
    await page.keyboard.press('Tab');
    expect(await focusIsVisible(page)).toBe(true);
    order.push(
      (await page.evaluate(() => {
        const focused = document.activeElement;
        return focused?.getAttribute('aria-label') ?? focused?.id ?? '';
      })) || (await page.evaluate(() => document.activeElement?.textContent ?? '')),
    );
  }
  expect(order).toEqual([
    'Portcullis',
    'email',
    'password',
    'Show password',
    'Forgot password?',
    'remember',
    'Sign in',
    'Create an account',
  ]);
  await page.getByLabel('E-mail address').focus();
  await page.keyboard.type(ada.email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(PASSWORD);
  Object.assign(answers, signedIn);
  await page.keyboard.press('Enter');
  await expect(heading(page, 'Hello, Ada Lovelace')).toBeFocused();
});

test('the sessions by keyboard alone: skip link, a dialog that holds the focus and gives it back', async ({
  page,
}) => {
  await open(page, '/dashboard', { ...signedIn, 'session.revokeOthers': { data: { sessionsEnded: 3 } } });
  await heading(page, 'Hello, Ada Lovelace').waitFor();
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to content' });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await tabTo(page, 'button', 'Sign out the 3 other sessions');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Sign out all other sessions?' });
  await expect(dialog).toBeVisible();
  await expect(dialog).toHaveAccessibleDescription(
    'Every session but this one ends. You stay signed in here.',
  );
  for (let press = 0; press < 6; press += 1) {
    await page.keyboard.press('Tab');
    // At either end a guard beside the dialog has the focus for a moment and sends it back in.
    await expect
      .poll(() => dialog.evaluate((element) => element.contains(document.activeElement)))
      .toBe(true);
  }
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Sign out the 3 other sessions' })).toBeFocused();
  await page.keyboard.press('Enter');
  await tabTo(page, 'button', 'Sign them out');
  await page.keyboard.press('Enter');
  await expect(page.getByText('3 sessions signed out. They can no longer be used.')).toBeVisible();
});

test('what a screen reader finds on the sign-in page', async ({ page }) => {
  await open(page, '/sign-in', {});
  await expect(page.locator('#root')).toMatchAriaSnapshot(`
    - banner:
      - link "Portcullis"
    - main:
      - heading "Sign in" [level=1]
      - text: Welcome back. E-mail address
      - textbox "E-mail address"
      - text: Password
      - textbox "Password"
      - button "Show password"
      - paragraph:
        - link "Forgot password?"
      - checkbox "Stay signed in on this device"
      - text: Stay signed in on this device
      - button "Sign in"
      - paragraph:
        - text: New here?
        - link "Create an account"
    - contentinfo:
      - region "Language and appearance":
        - combobox "Language"
        - combobox "Appearance"
  `);
});

test('what a screen reader finds in the list of sessions: every button says whose session it ends', async ({
  page,
}) => {
  await open(page, '/dashboard', signedIn);
  await heading(page, 'Hello, Ada Lovelace').waitFor();
  const sessions = page.getByRole('region', { name: 'Where you’re signed in' });
  await expect(sessions.getByRole('button')).toHaveText([
    'Sign out',
    'Sign out',
    'Sign out',
    'Sign out',
    'Sign out the 3 other sessions',
    'Sign out everywhere',
  ]);
  for (const name of [
    'Sign out This device',
    'Sign out Safari on iOS',
    'Sign out Firefox on Linux',
    'Sign out Unknown device',
  ]) {
    await expect(sessions.getByRole('button', { name, exact: true })).toHaveCount(1);
  }
  await expect(page.getByRole('navigation', { name: 'Account' }).getByRole('link')).toHaveText([
    'Overview',
    'Security',
    'Activity',
    'Your data',
  ]);
});

test('every target is large enough for a finger', async ({ page }) => {
  for (const path of ['/sign-in', '/dashboard']) {
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await open(page, path, path === '/dashboard' ? signedIn : {});
    const small = await page
      .locator('button:visible, select:visible, nav a:visible')
      .evaluateAll((elements) =>
        elements
          .map((element) => ({ name: element.textContent, ...element.getBoundingClientRect().toJSON() }))
          .filter(({ width, height }) => width < 24 || height < 24),
      );
    expect(small).toEqual([]);
  }
});
