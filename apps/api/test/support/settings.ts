import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseSettings } from '../../src/db/database.ts';

export const testClock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  sleep: (ms: number) => sleep(ms),
};

export const settings = (url: string): DatabaseSettings => ({
  url,
  poolMax: 10,
  acquireTimeoutMs: 2_000,
  statementTimeoutMs: 2_000,
  lockTimeoutMs: 1_000,
});
