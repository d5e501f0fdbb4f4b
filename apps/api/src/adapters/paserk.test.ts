import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  fromPaserk,
  keyIdOf,
  localIdOf,
  type PaserkType,
  publicHalfOf,
  secretKeyOfSeed,
  seedOf,
  toPaserk,
} from './paserk.ts';

interface Vector {
  name: string;
  'expect-fail': boolean;
  key: string | null;
  paserk: string | null;
  'secret-key-seed'?: string;
}

const vectorsOf = (type: string): Vector[] =>
  JSON.parse(readFileSync(new URL(`../../test/vectors/PASERK/k4.${type}.json`, import.meta.url), 'utf8'))
    .tests;

const bytes = (hex: string | null) => Buffer.from(hex ?? '', 'hex');

describe.each(['public', 'secret', 'local'] as const)('official vectors of k4.%s', (type) => {
  const vectors = vectorsOf(type);

  test.each(vectors.filter((v) => !v['expect-fail']))('$name', ({ key, paserk }) => {
    expect(toPaserk(type, bytes(key))).toBe(paserk);
    expect(fromPaserk(type, paserk ?? '')?.toString('hex')).toBe(key);
  });

  test.each(vectors.filter((v) => v['expect-fail']))('$name must fail', ({ key, paserk }) => {
    expect([key, paserk]).not.toEqual([null, null]);
    if (paserk !== null) expect(fromPaserk(type, paserk)).toBeNull();
    if (key === null) return;
    expect(() => toPaserk(type, bytes(key))).toThrow(RangeError);
    expect(fromPaserk(type, `k4.${type}.${bytes(key).toString('base64url')}`)).toBeNull();
  });
});

test.each(vectorsOf('secret').filter((v) => !v['expect-fail']))('$name is made of its seed', (vector) => {
  const whole = secretKeyOfSeed(bytes(vector['secret-key-seed'] ?? ''));
  expect(whole.toString('hex')).toBe(vector.key);
  expect(Buffer.concat([seedOf(whole), publicHalfOf(whole)]).equals(whole)).toBe(true);
});

describe.each([
  ['pid', keyIdOf],
  ['lid', localIdOf],
] as const)('official vectors of k4.%s', (type, identify) => {
  test.each(vectorsOf(type))('$name', (vector) => {
    if (vector['expect-fail']) expect(() => identify(bytes(vector.key))).toThrow(RangeError);
    else expect(identify(bytes(vector.key))).toBe(vector.paserk);
  });
});

const KEY = 'cHFyc3R1dnd4eXp7fH1-f4CBgoOEhYaHiImKi4yNjo8';

test.each<[string, PaserkType, string]>([
  ['another version', 'public', `k3.public.${KEY}`],
  ['another type', 'public', `k4.local.${KEY}`],
  ['padding', 'public', `k4.public.${KEY}=`],
  ['the standard alphabet', 'public', `k4.public.${KEY.replace('-', '+')}`],
  ['trailing bits', 'public', `k4.public.${KEY.slice(0, -1)}9`],
  ['a blank', 'public', `k4.public.${KEY} `],
  ['one byte less', 'local', `k4.local.${KEY.slice(0, -2)}`],
  ['upper case', 'local', `K4.local.${KEY}`],
  ['halves of two keys', 'secret', `k4.secret.${Buffer.alloc(64, 7).toString('base64url')}`],
])('refuses a PASERK with %s', (_, type, paserk) => {
  expect(fromPaserk(type, paserk)).toBeNull();
});
