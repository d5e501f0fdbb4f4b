import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createLogger } from './logger.ts';

const written = (work: (log: ReturnType<typeof createLogger>) => void, level: 'debug' | 'warn' = 'debug') => {
  const lines: string[] = [];
  work(createLogger({ level, stream: { write: (line) => void lines.push(line) } }));
  return lines;
};

test('a line is JSON with time, level and message', () => {
  const [line = ''] = written((log) => log.info({ requestId: 'r1', status: 200 }, 'answered'));
  expect(JSON.parse(line)).toMatchObject({
    level: 'info',
    msg: 'answered',
    requestId: 'r1',
    status: 200,
    time: expect.stringMatching(/Z$/) as string,
  });
});

test('levels below the chosen one are left out', () => {
  expect(written((log) => log.info({}, 'quiet'), 'warn')).toEqual([]);
  expect(written((log) => log.warn({}, 'loud'), 'warn')).toHaveLength(1);
});

test.each<[string, object]>([
  [
    'a field by its name',
    {
      password: 'SECRET',
      nested: {
        currentPassword: 'SECRET',
        cookie: 'SECRET',
        refreshToken: 'SECRET',
        query: 'SECRET',
        body: { a: 'SECRET' },
      },
    },
  ],
  ['an address in a text', { note: 'mail for SECRET@example.test was refused' }],
  ['a token', { note: 'got v4.public.SECRET.footer' }],
  ['a key', { note: `k4.secret.SECRET and k4.local.SECRET` }],
  ['a hash', { note: '$argon2id$v=19$m=1,t=1,p=1$SECRET$SECRET' }],
  ['the password of a URL', { note: 'postgres://user:SECRET@host/db' }],
  [
    'an error and its cause',
    { err: new Error('no SECRET@example.test', { cause: new Error('v4.public.SECRET.x') }) },
  ],
  [
    'the statement of an ORM error',
    { err: new Error("insert into account values ('SECRET') - duplicate key value violates a constraint") },
  ],
  [
    'the extras of a database error',
    {
      err: Object.assign(new Error('duplicate key'), {
        detail: 'Key (email_key)=(SECRET)',
        parameters: ['SECRET'],
        where: 'SECRET',
      }),
    },
  ],
  ['an error as the fields', Object.assign(new Error('k4.local.SECRET'), {})],
])('%s does not reach the log', (_, fields) => {
  const [line = ''] = written((log) => log.error(fields, 'for SECRET@example.test'));
  expect(line).not.toContain('SECRET');
  expect(JSON.parse(line)).toHaveProperty('msg', 'for [address]');
});

test('a secret of 32 bytes does not reach the log, wherever it stands', () => {
  const secret = randomBytes(32).toString('base64url');
  const lines = written((log) => log.info({ a: secret, b: [`x ${secret} y`] }, `"${secret}"`));
  expect(lines.join()).not.toContain(secret);
});

test('what helps an operator stays: type, code, frames and the message of the server', () => {
  const error = Object.assign(new Error('select 1 - canceling statement due to lock timeout'), {
    code: '55P03',
  });
  const [line = ''] = written((log) => log.warn({ err: error }, 'waited'));
  expect(JSON.parse(line)).toMatchObject({
    err: {
      type: 'Error',
      code: '55P03',
      message: 'canceling statement due to lock timeout',
      stack: expect.arrayContaining([expect.stringMatching(/^at /)]) as string[],
    },
  });
});

test('a cycle ends', () => {
  const fields: Record<string, unknown> = {};
  fields['self'] = fields;
  expect(written((log) => log.info(fields, 'round'))).toHaveLength(1);
});
