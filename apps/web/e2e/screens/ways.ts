import type { Page } from '@playwright/test';
import type { Answers } from '../support/fake-service.ts';
import { ada, hereSession, history, severalSessions } from '../support/people.ts';

export const TOKEN = 't'.repeat(43);
export const PASSWORD = 'correct horse battery staple';

export const signedIn: Answers = {
  'account.me': { data: { account: ada, session: hereSession } },
  'session.list': { data: { sessions: severalSessions } },
  'account.activity': { data: { events: history, nextCursor: 'next' } },
};

export const submit = (name: string) => async (page: Page) => {
  await page.getByRole('button', { name, exact: true }).click();
};

export const signInWith = async (page: Page): Promise<void> => {
  await page.getByLabel('E-mail address').fill(ada.email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await submit('Sign in')(page);
};

export const signUpWith = (password: string) => async (page: Page) => {
  await page.getByLabel('Name (optional)').fill('Ada Lovelace');
  await page.getByLabel('E-mail address').fill(ada.email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await submit('Create account')(page);
};

export const resetWith = async (page: Page): Promise<void> => {
  await page.getByLabel('New password').fill(PASSWORD);
  await submit('Change password')(page);
};

export const changePasswordWith = async (page: Page): Promise<void> => {
  await page.getByLabel('Current password').fill('the former password');
  await page.getByLabel('New password').fill(PASSWORD);
  await submit('Change password')(page);
};

export const askEmailChange = async (page: Page): Promise<void> => {
  await page.getByLabel('New e-mail address').fill('ada@example.com');
  await submit('Send the link')(page);
};
