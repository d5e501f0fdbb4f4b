import { createHmac, hkdfSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { createKeyed } from './keyed.ts';
import { createRefreshSecrets } from './refresh-secrets.ts';

const secret = Buffer.from('0123456789abcdefghijklmnopqrstuv');
const [newest, older] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];

test('a keyed hash is HMAC-SHA-256 under the key derived for its purpose', () => {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'portcullis:v1:keyed:mail', 32));
  const expected = createHmac('sha256', key).update('a@example.com').digest();
  const keyed = createKeyed(secret);
  expect(keyed.hmac('mail', 'a@example.com').equals(expected)).toBe(true);
  expect(keyed.hmac('mail', 'a@example.com').equals(expected)).toBe(true);
});

// Worked out by another program: hashes and successors have to stay the same from one version of the service to the
// next, or limits are forgotten and, while both versions run, a retried refresh ends its session.
test('the derivations are the ones of every version', () => {
  expect(createKeyed(secret).hmac('mail', 'a@example.com').toString('hex')).toBe(
    'f7e85384a03b97478a3146b47d0b745f4d4f4598df7b587737d765d211a8802b',
  );
  const [session, presented] = ['session-id-'.padEnd(43, 'A'), 'presented-'.padEnd(43, 'B')];
  expect(createRefreshSecrets([newest]).successor(session, 7, presented)).toBe(
    'kjkMiJm_alkt91Roro0Yi4v9YfNqSI99NlAFSEW-YoY',
  );
});

test('another purpose, value or secret gives another hash', () => {
  const keyed = createKeyed(secret);
  const hashes = [
    keyed.hmac('mail', 'a'),
    keyed.hmac('address', 'a'),
    keyed.hmac('mail', 'b'),
    createKeyed(Buffer.alloc(32, 9)).hmac('mail', 'a'),
  ].map((hash) => hash.toString('hex'));
  expect(new Set(hashes).size).toBe(4);
});

test('a secret that is too short is refused', () => {
  expect(() => createKeyed(secret.subarray(1))).toThrow(RangeError);
});

test('a successor is 43 characters that only its key, session, counter and secret give', () => {
  const { successor } = createRefreshSecrets([newest]);
  const all = [
    successor('s', 1, 'p'),
    successor('s', 2, 'p'),
    successor('t', 1, 'p'),
    successor('s', 1, 'q'),
    // The same text when the parts are only put one after the other.
    successor('s1', 1, 'p'),
    successor('s', 11, 'p'),
    successor('s', 1, '1p'),
    createRefreshSecrets([older]).successor('s', 1, 'p'),
  ];
  expect(new Set(all).size).toBe(all.length);
  for (const secretText of all) expect(secretText).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(successor('s', 1, 'p')).toBe(all[0]);
});

test('the newest key makes successors, every key recognises them', () => {
  const before = createRefreshSecrets([older]).successor('s', 1, 'p');
  const ring = createRefreshSecrets([newest, older]);
  expect(ring.candidates('s', 1, 'p')).toEqual([ring.successor('s', 1, 'p'), before]);
  expect(ring.successor('s', 1, 'p')).not.toBe(before);
});

test('a ring without keys, or with a short one, is refused', () => {
  expect(() => createRefreshSecrets([])).toThrow(RangeError);
  expect(() => createRefreshSecrets([newest, older.subarray(1)])).toThrow(RangeError);
});
