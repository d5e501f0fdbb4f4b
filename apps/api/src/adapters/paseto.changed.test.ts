import { describe, expect, test } from 'vitest';
import { refused, token, verify } from './paseto.fixture.ts';

describe('changed tokens', () => {
  test('no bit of it may be another', async () => {
    const accepted: string[] = [];
    for (let at = 0; at < token.length; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const flipped = String.fromCharCode(token.charCodeAt(at) ^ (1 << bit));
        const changed = token.slice(0, at) + flipped + token.slice(at + 1);
        if ((await verify(changed)).ok) accepted.push(`${at}:${bit}`);
      }
    }
    expect(accepted).toEqual([]);
  });

  test('no end of it may be missing', async () => {
    for (let length = 0; length < token.length; length += 1)
      expect(await verify(token.slice(0, length))).toMatchObject({ ok: false });
  });

  const [, , body = '', footer = ''] = token.split('.');
  const lastOf = (text: string) =>
    text.slice(0, -1) + String.fromCharCode(text.charCodeAt(text.length - 1) + 1);
  test.each([
    ['padding after the body', `v4.public.${body}=.${footer}`],
    ['padding at the end', `${token}=`],
    ['a dot at the end', `${token}.`],
    ['a fifth segment', `${token}.AAAA`],
    ['no footer', `v4.public.${body}`],
    ['an empty footer', `v4.public.${body}.`],
    ['a blank before', ` ${token}`],
    ['a line end', `${token}\n`],
    ['a NUL', `${token}\u0000`],
    ['another version', token.replace('v4.', 'v3.')],
    ['another purpose', token.replace('public', 'local')],
    ['upper case', token.replace('v4.public', 'V4.PUBLIC')],
    ['the standard alphabet', `v4.public.${body.replaceAll('-', '+').replaceAll('_', '/')}+.${footer}`],
    [
      'trailing bits',
      body.length % 4 === 0 ? `v4.public.${body}A.${footer}` : `v4.public.${lastOf(body)}.${footer}`,
    ],
    ['nothing', ''],
    ['only dots', '...'],
    ['only a signature', `v4.public.${Buffer.alloc(64).toString('base64url')}.${footer}`],
    ['more than 2048 characters', `v4.public.${'A'.repeat(2048)}.${footer}`],
  ])('with %s it is malformed', async (_, changed) => {
    expect(await verify(changed)).toEqual(refused('malformed'));
  });
});
