import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { overflow, STANDARDS } from './support/accessibility.ts';
import { heading, somebody } from './support/person.ts';
import { mailedLink, origin, subjectsTo } from './support/surroundings.ts';

/** A mail is shown inside a page of its reader's mail program: it must not bring that page's landmarks a second time. */
const OF_THE_PAGE_AROUND = ['landmark-one-main', 'region'];

/** What axe finds, without the page of its own that it opens for frames: mails have none, and there are many mails. */
const faults = async (page: Page, choose: (axe: AxeBuilder) => AxeBuilder): Promise<string[]> => {
  const { violations } = await choose(new AxeBuilder({ page })).setLegacyMode(true).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
};

const everything = (axe: AxeBuilder) => axe.withTags(STANDARDS).disableRules(OF_THE_PAGE_AROUND);

/** All that the dark scheme changes. */
const contrast = (axe: AxeBuilder) => axe.withRules(['color-contrast']);

const program = resolve(import.meta.dirname, '../../api/src/main.ts');

type Written = { folder: string; mails: { html: string; subject: string }[] };

/** Every mail in every language as its reader gets it, in a folder of its own. */
const writeMails = async (folder: string): Promise<Written> => {
  const args = [program, 'mails', 'preview', '--json', '--out', folder];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Written;
};

test('every mail is clean for axe in light and dark, fits into 320 px and asks nobody for anything', async ({
  page,
}) => {
  test.setTimeout(240_000);
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-mails-'));
  try {
    const { mails } = await writeMails(folder);
    expect(mails.length).toBeGreaterThanOrEqual(20);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.setViewportSize({ width: 320, height: 700 });
    for (const { html, subject } of mails) {
      await page.emulateMedia({ colorScheme: 'light' });
      await page.goto(pathToFileURL(html).href);
      await expect(page).toHaveTitle(subject);
      await expect(page.getByRole('article', { name: subject })).toBeVisible();
      expect(await faults(page, everything), `${html} in light`).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await faults(page, contrast), `${html} in dark`).toEqual([]);
      expect(await overflow(page), html).toBeLessThanOrEqual(0);
    }
    expect(asked.filter((url) => !url.startsWith('file:'))).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test.describe('a browser that wants English, on pages that were switched to German', () => {
  test.use({ locale: 'en-GB' });

  test('gets its mails in the language of the pages', async ({ page }) => {
    const person = somebody();
    await page.goto(`${origin()}/sign-up`);
    await page.getByLabel('Language', { exact: true }).selectOption('de');
    await expect(heading(page, 'Konto anlegen')).toBeVisible();
    await page.getByLabel('E-Mail-Adresse').fill(person.email);
    await page.getByLabel('Passwort', { exact: true }).fill(person.password);
    await page.getByRole('button', { name: 'Konto anlegen', exact: true }).click();
    await expect(heading(page, 'Sieh in dein Postfach')).toBeVisible();
    await mailedLink(person.email, 'verify-email');
    expect(await subjectsTo(person.email)).toEqual(['Bestätige deine E-Mail-Adresse']);
  });
});
