import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { type KeySettings, parseKeyRing } from '../adapters/key-ring.ts';
import { localIdOf } from '../adapters/paserk.ts';
import type { ListedKey } from './key-rotation.ts';
import { registerKeys } from './keys.ts';

interface Ran {
  out: string;
  err: string;
  code: number;
}

const run = async (args: string[], env: Record<string, string> = {}): Promise<Ran> => {
  const ran = { out: '', err: '', code: 0 };
  const program = new Command('portcullis').exitOverride();
  registerKeys(program, { env, write: (text) => void (ran.out += text) });
  const quiet = (command: Command): void => {
    command.exitOverride().configureOutput({
      writeOut: (text) => void (ran.out += text),
      writeErr: (text) => void (ran.err += text),
    });
    command.commands.forEach(quiet);
  };
  quiet(program);
  try {
    await program.parseAsync(['keys', ...args], { from: 'user' });
  } catch (error) {
    ran.code = (error as { exitCode: number }).exitCode;
  }
  return ran;
};

const json = async <T>(args: string[], env: Record<string, string> = {}): Promise<T> => {
  const { out, err, code } = await run([...args, '--json'], env);
  expect([err, code]).toEqual(['', 0]);
  return JSON.parse(out) as T;
};
const ringOf = (args: string[], env?: KeySettings) => json<KeySettings>(args, { ...env });
const list = (env: KeySettings) => json<ListedKey[]>(['list'], { ...env });

test('generate prints a ring that the service starts with, another one every time', async () => {
  const one = await ringOf(['generate']);
  expect(Object.keys(one)).toEqual(['PORTCULLIS_KEYS', 'PORTCULLIS_REFRESH_KEYS', 'PORTCULLIS_SECRET']);
  for (const value of Object.values(one)) expect(value).not.toMatch(/\s/);
  expect(parseKeyRing(one).publicKeys()).toHaveLength(1);
  expect(await ringOf(['generate'])).not.toEqual(one);
});

test('without --json it prints lines of an environment file and nothing else', async () => {
  const { out, err } = await run(['generate']);
  expect(err).toBe('');
  expect(
    out
      .trimEnd()
      .split('\n')
      .map((line) => line.split('=')[0]),
  ).toEqual(['PORTCULLIS_KEYS', 'PORTCULLIS_REFRESH_KEYS', 'PORTCULLIS_SECRET']);
});

test('list names ids and roles and no secret', async () => {
  const ring = await ringOf(['rotate'], await ringOf(['generate']));
  const listed = await list(ring);
  expect(listed.map(({ setting, role }) => `${setting} ${role}`)).toEqual([
    'PORTCULLIS_KEYS signs',
    'PORTCULLIS_KEYS verifies',
    'PORTCULLIS_REFRESH_KEYS derives',
    'PORTCULLIS_REFRESH_KEYS recognises',
  ]);
  const { out } = await run(['list'], { ...ring });
  for (const { kid } of listed) expect(out).toContain(kid);
  for (const entry of Object.values(ring).flatMap((value) => value.split(',')))
    expect(out + JSON.stringify(listed)).not.toContain(entry);
});

test('rotate puts new keys first and keeps the old ones', async () => {
  const old = await ringOf(['generate']);
  const rotated = await ringOf(['rotate'], old);
  const [before, after] = [parseKeyRing(old), parseKeyRing(rotated)];
  expect(after.signing.kid).not.toBe(before.signing.kid);
  expect([...after.verification.keys()][1]).toBe(before.signing.kid);
  expect(after.refreshKeys[1]?.equals(before.refreshKeys[0] ?? Buffer.alloc(0))).toBe(true);
  expect(rotated.PORTCULLIS_SECRET).toBe(old.PORTCULLIS_SECRET);
});

test('announced keys verify only, until they are promoted', async () => {
  const old = await ringOf(['generate']);
  const announced = await ringOf(['rotate', '--announce'], old);
  expect(parseKeyRing(announced).signing.kid).toBe(parseKeyRing(old).signing.kid);
  const [, signing, , refresh] = await list(announced);
  const half = await ringOf(['promote', signing?.kid ?? ''], announced);
  const promoted = await ringOf(['promote', refresh?.kid ?? ''], half);
  const listed = await list(promoted);
  expect([listed[0]?.kid, listed[2]?.kid]).toEqual([signing?.kid, refresh?.kid]);
  expect(listed).toHaveLength(4);
});

test('retire removes a key, or keeps its public half only', async () => {
  const old = await ringOf(['generate']);
  const rotated = await ringOf(['rotate'], old);
  const kid = parseKeyRing(old).signing.kid;
  expect([...parseKeyRing(await ringOf(['retire', kid], rotated)).verification.keys()]).not.toContain(kid);
  const kept = await ringOf(['retire', '--verify-only', kid], rotated);
  expect(kept.PORTCULLIS_KEYS).toMatch(/^k4\.secret\.[^,]+,k4\.public\.[^,]+$/);
  expect([...parseKeyRing(kept).verification.keys()]).toContain(kid);
  expect(await ringOf(['retire', '--verify-only', kid], kept)).toEqual(kept);
  const refreshKid = (await list(rotated))[3]?.kid ?? '';
  expect(parseKeyRing(await ringOf(['retire', refreshKid], rotated)).refreshKeys).toHaveLength(1);
});

test('a refresh key in bare base64url is listed, kept and retired like any other', async () => {
  const bytes = Buffer.from('0123456789abcdefghijklmnopqrstuv');
  const bare = { ...(await ringOf(['generate'])), PORTCULLIS_REFRESH_KEYS: bytes.toString('base64url') };
  const kid = (await list(bare))[1]?.kid ?? '';
  expect(kid).toBe(localIdOf(bytes));
  const rotated = await ringOf(['rotate'], bare);
  expect((await list(rotated)).map((key) => key.kid)).toContain(kid);
  const retired = await ringOf(['retire', kid], rotated);
  expect((await list(retired)).map((key) => key.kid)).not.toContain(kid);
});

test.each<[string, (ring: KeySettings, kid: string) => string[], RegExp]>([
  ['the key in use is not retired', (_, kid) => ['retire', kid], /in use/],
  ['an unknown id is named as such', () => ['retire', 'k4.pid.unknown'], /no key of this id/],
  ['an unknown id cannot be promoted', () => ['promote', 'k4.pid.unknown'], /no key of this id/],
])('%s', async (_, args, message) => {
  const ring = await ringOf(['generate']);
  const { out, err, code } = await run(args(ring, parseKeyRing(ring).signing.kid), { ...ring });
  expect([out, code]).toEqual(['', 1]);
  expect(err).toMatch(message);
});

test('a key that is only a public half cannot be promoted', async () => {
  const old = await ringOf(['generate']);
  const kid = parseKeyRing(old).signing.kid;
  const kept = await ringOf(['retire', '--verify-only', kid], await ringOf(['rotate'], old));
  const { out, err, code } = await run(['promote', kid], { ...kept });
  expect([out, code]).toEqual(['', 1]);
  expect(err).toMatch(/newest key signs/);
});

test('a broken ring is an error that shows none of it', async () => {
  const ring = { ...(await ringOf(['generate'])), PORTCULLIS_REFRESH_KEYS: 'k4.local.not-a-key' };
  const { out, err, code } = await run(['list'], ring);
  expect([out, code]).toEqual(['', 1]);
  expect(err).toMatch(/PORTCULLIS_REFRESH_KEYS/);
  for (const value of Object.values(ring)) expect(err).not.toContain(value);
});

test('a setting may name a file', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'portcullis-keys-'));
  try {
    const { PORTCULLIS_SECRET, ...rest } = await ringOf(['generate']);
    writeFileSync(join(dir, 'secret'), `${PORTCULLIS_SECRET}\n`, { mode: 0o600 });
    const env = { ...rest, PORTCULLIS_SECRET_FILE: join(dir, 'secret') };
    expect((await json<ListedKey[]>(['list'], env)).map(({ role }) => role)).toEqual(['signs', 'derives']);
    const missing = await run(['list'], { ...env, PORTCULLIS_SECRET_FILE: join(dir, 'nothing') });
    expect(missing).toMatchObject({ code: 1 });
    expect(missing.err).toMatch(/PORTCULLIS_SECRET_FILE cannot be read/);
    expect(await json<ListedKey[]>(['list'], { ...env, PORTCULLIS_SECRET: ' ' })).toHaveLength(2);
    const both = await run(['list'], { ...env, PORTCULLIS_SECRET: PORTCULLIS_SECRET });
    expect(both).toMatchObject({ out: '', code: 1 });
    expect(both.err).toMatch(/PORTCULLIS_SECRET_FILE is set together with PORTCULLIS_SECRET/);
    expect(both.err).not.toContain(PORTCULLIS_SECRET);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('every command has help with an example', async () => {
  for (const name of ['generate', 'list', 'rotate', 'promote', 'retire']) {
    const { out, code } = await run([name, '--help']);
    expect(code).toBe(0);
    expect(out).toContain(`portcullis -- keys ${name}`);
  }
});

describe('peppers', () => {
  test('--pepper adds one and leaves the other keys alone', async () => {
    const old = await ringOf(['generate']);
    const one = await ringOf(['rotate', '--pepper'], old);
    expect({ ...one, PORTCULLIS_PASSWORD_PEPPERS: undefined }).toEqual(old);
    const two = await ringOf(['rotate', '--pepper'], one);
    const [newest, before] = parseKeyRing(two).peppers.all;
    expect(parseKeyRing(two).peppers.current).toEqual(newest);
    expect(before).toEqual(parseKeyRing(one).peppers.current);
    expect((await list(two)).slice(2).map(({ role }) => role)).toEqual(['peppers', 'recognises']);
    expect((await run(['rotate', '--pepper'], { ...one })).out).toContain('PORTCULLIS_PASSWORD_PEPPERS=');
  });

  test('the first one is announced behind none, and none goes when it is promoted', async () => {
    const announced = await ringOf(['rotate', '--pepper', '--announce'], await ringOf(['generate']));
    expect(announced.PORTCULLIS_PASSWORD_PEPPERS).toMatch(/^none,k4\.local\./);
    expect(parseKeyRing(announced).peppers).toMatchObject({ current: null, all: { length: 1 } });
    const kid = (await list(announced)).at(-1)?.kid ?? '';
    const promoted = await ringOf(['promote', kid], announced);
    expect(promoted.PORTCULLIS_PASSWORD_PEPPERS).toMatch(/^k4\.local\.[^,]+$/);
    expect(parseKeyRing(promoted).peppers.current).not.toBeNull();
  });

  test('one is retired, but not the one in use', async () => {
    const two = await ringOf(
      ['rotate', '--pepper'],
      await ringOf(['rotate', '--pepper'], await ringOf(['generate'])),
    );
    const [inUse, older] = (await list(two)).slice(2).map(({ kid }) => kid);
    expect(parseKeyRing(await ringOf(['retire', older ?? ''], two)).peppers.all).toHaveLength(1);
    expect((await run(['retire', inUse ?? ''], { ...two })).code).toBe(1);
  });

  test('rotating the other keys keeps them', async () => {
    const one = await ringOf(['rotate', '--pepper'], await ringOf(['generate']));
    const rotated = await ringOf(['rotate'], one);
    expect(rotated.PORTCULLIS_PASSWORD_PEPPERS).toBe(one.PORTCULLIS_PASSWORD_PEPPERS);
  });
});
