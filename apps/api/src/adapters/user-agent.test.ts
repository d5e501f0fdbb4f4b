import { expect, test } from 'vitest';
import { describeUserAgent } from './user-agent.ts';

const WEBKIT = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';
const unknown = { browser: null, os: null, device: null };

test.each([
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
    { browser: 'Chrome', os: 'macOS', device: 'desktop' },
  ],
  [
    'Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0',
    { browser: 'Firefox', os: 'Linux', device: 'desktop' },
  ],
  [
    `Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) ${WEBKIT} Version/17.5 Mobile/15E148 Safari/604.1`,
    { browser: 'Safari', os: 'iOS', device: 'iPhone' },
  ],
  [
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36',
    { browser: 'Chrome', os: 'Android', device: 'mobile' },
  ],
  ['curl/8.5.0', unknown],
  ['', unknown],
  ['   ', unknown],
  [null, unknown],
])('%s', (header, described) => {
  expect(describeUserAgent(header)).toEqual(described);
});

test('a hostile header costs and shows little', () => {
  const started = performance.now();
  for (const piece of ['Mozilla/5.0 (', '((((((', 'Version/', 'a b ', '<script>', '\u202e', 'Chrome/1']) {
    for (const value of Object.values(describeUserAgent(piece.repeat(20_000)))) {
      if (value !== null) expect(value.length).toBeLessThanOrEqual(100);
    }
  }
  expect(performance.now() - started).toBeLessThan(2000);
});
