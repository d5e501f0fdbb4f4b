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
          name: 'integration',
          include: ['packages/*/test/**/*.test.ts', 'apps/api/test/integration/**/*.test.ts'],
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
    ],
  },
});
