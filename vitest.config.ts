import { defineConfig } from 'vitest/config';

const ordinary = { testTimeout: 30_000, hookTimeout: 60_000, environment: 'node' as const };
const stores = './packages/devstack/src/vitest-stores.ts';

/** The suites of `npm test`; `npm test -- --only <name>` runs one of them. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...ordinary,
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts', 'scripts/**/*.test.ts'],
        },
      },
      {
        test: {
          ...ordinary,
          // Each test plays many schedules, on all cores; one file at a time.
          testTimeout: 900_000,
          name: 'simulation',
          include: ['packages/authority/sim/**/*.test.ts'],
          fileParallelism: false,
        },
      },
      {
        test: {
          ...ordinary,
          name: 'integration',
          include: [
            'packages/*/test/**/*.test.ts',
            'apps/api/test/integration/**/*.test.ts',
            'apps/bench/test/**/*.test.ts',
          ],
          globalSetup: stores,
        },
      },
      {
        test: {
          ...ordinary,
          name: 'concurrency',
          include: ['apps/api/test/concurrency/**/*.test.ts'],
          globalSetup: stores,
        },
      },
      {
        test: {
          ...ordinary,
          name: 'fault',
          include: ['apps/api/test/fault/**/*.test.ts'],
          fileParallelism: false,
          globalSetup: stores,
        },
      },
      {
        test: {
          ...ordinary,
          // Real processes behind a real nginx, on a machine that may be busy.
          testTimeout: 120_000,
          hookTimeout: 300_000,
          name: 'operations',
          include: ['apps/api/test/operations/**/*.test.ts'],
          fileParallelism: false,
          globalSetup: [stores, './apps/api/test/operations/support/bundle.ts'],
        },
      },
    ],
  },
});
