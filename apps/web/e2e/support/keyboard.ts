import { expect, type Page } from '@playwright/test';

type Role = 'button' | 'link' | 'textbox' | 'checkbox';

/** Presses Tab until the element with this role and name has the focus: what nobody can reach fails here. */
export const tabTo = async (page: Page, role: Role, name: string): Promise<void> => {
  const target = page.getByRole(role, { name, exact: true });
  for (let press = 0; press < 60; press += 1) {
    await page.keyboard.press('Tab');
    if (await target.evaluateAll((elements) => elements.includes(document.activeElement as HTMLElement)))
      return;
  }
  throw new Error(`no way to ${role} "${name}" by Tab`);
};

/** The focus can be seen: an outline, and not under anything. */
export const focusIsVisible = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    const focused = document.activeElement;
    if (!focused) return false;
    const { x, y, width, height } = focused.getBoundingClientRect();
    const top = document.elementFromPoint(x + width / 2, y + height / 2);
    return (
      getComputedStyle(focused).outlineStyle !== 'none' &&
      (focused.contains(top) || top?.contains(focused) === true)
    );
  });

/** Goes there by Tab, sees where it is, and presses Enter. */
export const press = async (page: Page, role: 'button' | 'link', name: string): Promise<void> => {
  await tabTo(page, role, name);
  expect(await focusIsVisible(page), name).toBe(true);
  await page.keyboard.press('Enter');
};

/** Goes to the field by Tab, sees where it is, and types; with `enter` the form is sent from there. */
export const typeInto = async (
  page: Page,
  name: string,
  text: string,
  { enter = false } = {},
): Promise<void> => {
  await tabTo(page, 'textbox', name);
  expect(await focusIsVisible(page), name).toBe(true);
  await page.keyboard.type(text);
  if (enter) await page.keyboard.press('Enter');
};
