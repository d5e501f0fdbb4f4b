import { expect, test } from 'vitest';
import { mailCause } from './mail-cause.ts';

const NOTHING = { language: null, browser: null, os: null, ip: null };

test.each([[null], [undefined], [7], ['x'], [[]], [{}], [{ language: 'fr', browser: 1, os: {}, ip: [] }]])(
  '%j tells nothing, and does no harm',
  (kept) => {
    expect(mailCause(kept)).toEqual(NOTHING);
  },
);

test('what is known is told', () => {
  const kept = { language: 'de', browser: 'Firefox', os: 'Linux', ip: '2001:db8::1' };
  expect(mailCause({ ...kept, more: 'of newer code' })).toEqual(kept);
  expect(mailCause({ ...kept, ip: '203.0.113.7' }).ip).toBe('203.0.113.7');
});

test('nothing that the sender of a request may have written is told', () => {
  const written = 'Visit phish.test';
  expect(mailCause({ language: written, browser: written, os: written, ip: written })).toEqual(NOTHING);
});
