import { type BrowserContext, expect, type Page, test } from '@playwright/test';
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
import { origin } from './support/surroundings.ts';

const live = (page: Page) => page.getByText('Live', { exact: true });

/** Counts the event streams that the pages of a browser open from now on. */
const countStreams = (context: BrowserContext): (() => number) => {
  let opened = 0;
  context.on('request', (request) => {
    if (request.url().includes('/trpc/session.events')) opened += 1;
  });
  return () => opened;
};

test('one browser holds one event stream, however many tabs; when its tab closes another takes it over', async ({
  page,
  context,
  browser,
}) => {
  const person = somebody();
  await join(page, person);
  const streams = countStreams(context);
  await enter(page, person);
  const tabs = [await context.newPage(), await context.newPage()];
  for (const tab of tabs) {
    await tab.goto(`${origin()}/dashboard`);
    await expect(live(tab)).toBeVisible();
  }
  expect(streams()).toBe(1);

  await page.close();
  await expect.poll(streams).toBe(2);
  // Whoever follows hears through the one that leads: what another device does appears in both.
  const other = await secondDevice(browser);
  await enter(other.page, person);
  for (const tab of tabs) await expect(button(tab, 'Sign out Firefox on Linux')).toBeVisible();
  expect(streams()).toBe(2);
  await other.context.close();
});

test('an event is a hint: one that lies signs nobody out, and the page asks the service', async ({
  page,
  context,
}) => {
  const person = somebody();
  await join(page, person);
  await enter(page, person);
  const asked = page.waitForResponse((response) => response.url().includes('account.me'));
  const liar = await context.newPage();
  await liar.goto(`${origin()}/favicon.svg`);
  await liar.evaluate((at) => {
    const channel = new BroadcastChannel('portcullis');
    channel.postMessage({ kind: 'event', event: { type: 'session_revoked', by: 'operator', at } });
  }, new Date().toISOString());
  expect((await asked).status()).toBe(200);
  await expect(heading(page, `Hello, ${person.name}`)).toBeVisible();
  await expect(live(page)).toBeVisible();
});

test('revocation is never shown before it is acknowledged', async ({ page, browser }) => {
  const person = somebody();
  await join(page, person);
  await enter(page, person);
  const other = await secondDevice(browser);
  await enter(other.page, person);
  let release = (): void => {};
  const gate = new Promise<void>((open) => {
    release = open;
  });
  await page.route('**/trpc/session.revoke', async (route) => {
    await gate;
    await route.continue();
  });
  const row = page.getByRole('listitem').filter({ hasText: 'Firefox on Linux' });
  await row.getByRole('button').click();
  await expect(row.getByRole('button', { name: 'Signing out…' })).toBeVisible();
  await expect(page.getByText(/Signed out|is signed out/)).toHaveCount(0);
  expect((await nextRequest(other.context)).status).toBe(200);

  release();
  const said = page.getByText('Firefox on Linux is signed out. It can no longer be used.');
  await expect(said).toBeVisible();
  expect(await nextRequest(other.context)).toEqual({ status: 401, reason: 'session_revoked' });
  await expect(heading(other.page, 'You were signed out')).toBeVisible();
  await expect(page.getByText('You’re signed in nowhere else.')).toBeVisible();
  await expect(said).toBeFocused();
  await page.getByText('Signed out in the last 30 days').click();
  await expect(page.getByText('Firefox on Linux', { exact: true })).toBeVisible();
  await other.context.close();
});

/** Starts a clock in the page that stops when its private content is gone. */
const untilSignedOut = (page: Page): Promise<number> =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const began = performance.timeOrigin + performance.now();
        const watcher = new MutationObserver(() => {
          if (!document.querySelector('h1')?.textContent?.startsWith('You were signed out')) return;
          watcher.disconnect();
          resolve(performance.timeOrigin + performance.now() - began);
        });
        watcher.observe(document.body, { subtree: true, childList: true, characterData: true });
      }),
  );

/** When the answer to the next call of this procedure reached the page, on the clock of `untilSignedOut`. */
const measure = async (watched: Page, act: () => Promise<unknown>): Promise<number> => {
  const gone = untilSignedOut(watched);
  const began = performance.now();
  await act();
  const acknowledged = performance.now() - began;
  return Math.max(0, (await gone) - acknowledged);
};

/** A revocation that the service acknowledged, made from outside of any page. */
const revoke = (context: BrowserContext, procedure: string) => async () => {
  const answer = await context.request.post(`${origin()}/trpc/${procedure}`, {
    headers: { origin: origin(), 'content-type': 'application/json' },
  });
  expect(answer.status()).toBe(200);
};

test('another tab and another device follow by themselves, five times in a row; how long it took is printed', async ({
  page,
  context,
  browser,
}) => {
  test.setTimeout(240_000);
  const person = somebody();
  await join(page, person);
  const tab = await context.newPage();
  const tabs: number[] = [];
  const devices: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    await enter(page, person);
    await tab.goto(`${origin()}/dashboard`);
    await expect(live(tab)).toBeVisible();
    const gone = untilSignedOut(tab);
    const out = page.waitForResponse('**/trpc/session.signOut');
    const began = performance.now();
    await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click();
    await out;
    const acknowledged = performance.now() - began;
    tabs.push(Math.max(0, (await gone) - acknowledged));

    const other = await secondDevice(browser);
    await other.page.goto(`${origin()}/sign-in`);
    await fillSignIn(other.page, person.email, person.password);
    await expect(live(other.page)).toBeVisible();
    await enter(page, person);
    devices.push(await measure(other.page, revoke(context, 'session.revokeOthers')));
    expect((await nextRequest(other.context)).reason).toBe('session_revoked');
    await other.context.close();
    await revoke(context, 'session.signOut')();
  }
  const list = (values: number[]): string => values.map((value) => `${Math.round(value)} ms`).join(', ');
  console.log(`after the acknowledgement: other tab ${list(tabs)}; other device ${list(devices)}`);
});
