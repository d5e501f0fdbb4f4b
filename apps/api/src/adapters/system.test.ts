import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { systemClock, systemRandom } from './system.ts';

test('the monotonic clock never steps back and counts milliseconds', async () => {
  const [before, wallBefore] = [systemClock.monotonicMs(), systemClock.wallMs()];
  await systemClock.sleep(20);
  const [passed, wallPassed] = [systemClock.monotonicMs() - before, systemClock.wallMs() - wallBefore];
  expect(passed).toBeGreaterThanOrEqual(19);
  expect(Math.abs(passed - wallPassed)).toBeLessThan(1000);
  expect(Math.abs(systemClock.now().getTime() - systemClock.wallMs())).toBeLessThan(1000);
});

test('a sleep that is aborted rejects with the reason of the signal', async () => {
  const reason = new Error('enough');
  const aborted = new AbortController();
  const sleeping = systemClock.sleep(60_000, aborted.signal);
  aborted.abort(reason);
  await expect(sleeping).rejects.toBe(reason);
  await expect(systemClock.sleep(60_000, aborted.signal)).rejects.toBe(reason);
});

test('a sleep keeps no process alive', async () => {
  const script = `import { systemClock } from ${JSON.stringify(new URL('system.ts', import.meta.url).href)}; void systemClock.sleep(600_000);`;
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { timeout: 20_000 });
});

test('ids are UUID v7 that grow, tokens are base64url, fractions lie in [0, 1)', () => {
  const ids = Array.from({ length: 1000 }, () => systemRandom.uuid());
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect([...new Set(ids)].sort()).toEqual(ids);
  expect(systemRandom.token(32)).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(systemRandom.bytes(16)).toHaveLength(16);
  const fractions = Array.from({ length: 1000 }, () => systemRandom.fraction());
  expect(Math.min(...fractions)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...fractions)).toBeLessThan(1);
  expect(Math.max(...fractions) - Math.min(...fractions)).toBeGreaterThan(0.9);
});

test('no token is given out twice, however many are drawn and whatever their lengths, and none is empty', () => {
  const lengths = Array.from({ length: 5_000 }, (_, index) => (index % 7 === 0 ? 300 : 9 + (index % 8)));
  const tokens = lengths.map((length) => systemRandom.token(length));
  expect(new Set(tokens).size).toBe(tokens.length);
  tokens.forEach((token, index) => {
    expect(Buffer.from(token, 'base64url')).toHaveLength(lengths[index] as number);
    // Nine bytes of zero would be what is left of a token that was given out before.
    expect(token).not.toMatch(/A{12}/);
  });
});
