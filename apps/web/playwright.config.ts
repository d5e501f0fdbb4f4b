import { defineConfig } from '@playwright/test';
import { chromiumOptions } from './e2e/support/browser.ts';

const report = process.env['PLAYWRIGHT_JSON_OUTPUT_FILE'];

export default defineConfig({
  testDir: './e2e',
  testMatch: '**/*.e2e.ts',
  globalSetup: './e2e/support/global-setup.ts',
  // One stack, one browser: the tests of revocation watch who is signed in.
  workers: 1,
  fullyParallel: false,
  forbidOnly: Boolean(process.env['CI']),
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: report ? [['list'], ['json', { outputFile: report }]] : [['list']],
  use: {
    browserName: 'chromium',
    launchOptions: chromiumOptions,
    locale: 'en',
    screenshot: 'only-on-failure',
  },
});
