import { defineConfig } from '@playwright/test';
import { chromiumOptions } from './e2e/support/browser.ts';

const report = process.env['PLAYWRIGHT_JSON_OUTPUT_FILE'];

export default defineConfig({
  testDir: './e2e',
  testMatch: '**/*.e2e.ts',
  globalSetup: './e2e/support/global-setup.ts',
  // Every test is somebody of its own. Those that take parts of the service away have a stack of their own, one by one.
  workers: 2,
  projects: [
    { name: 'outage', testMatch: '**/outage.e2e.ts', fullyParallel: false },
    { name: 'flows', testIgnore: ['**/outage.e2e.ts', '**/screens.e2e.ts'], fullyParallel: true },
    { name: 'screens', testMatch: '**/screens.e2e.ts', fullyParallel: true },
  ],
  forbidOnly: Boolean(process.env['CI']),
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: report ? [['list'], ['json', { outputFile: report }]] : [['list']],
  use: {
    browserName: 'chromium',
    launchOptions: chromiumOptions,
    locale: 'en',
    screenshot: 'only-on-failure',
  },
});
