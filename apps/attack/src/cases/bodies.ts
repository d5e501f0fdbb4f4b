import type { SignedIn } from '../arena.ts';
import { newEmail, newPassword } from '../arena.ts';
import { allOf, attack, type Case, eachOf, quickest } from '../case.ts';
import { type Ask, outcome } from '../client/ask.ts';

type Try = readonly [name: string, options: Partial<Ask>];

/** Each try on a mutation without input that would end the victim's session; what came of it, and of the session. */
const againstSignOut = async (victim: SignedIn, origin: string, tries: readonly Try[]): Promise<string> => {
  const results = await eachOf(tries, async ([name, { headers, ...options }]) => {
    const answer = await victim.ask('/trpc/session.signOut', {
      ...{ method: 'POST', headers: { origin, ...headers } },
      ...options,
    });
    return [name, outcome(answer)] as const;
  });
  const after = outcome(await victim.session());
  return after === '204' ? allOf(results) : `${allOf(results)} and the victim is signed out`;
};

const typed = (type: string, body = '{}'): Partial<Ask> => ({ headers: { 'content-type': type }, body });

export const bodyCases: Case[] = [
  attack('AT-27', 'a form that sends JSON as text/plain', '415 input_invalid', async (arena) =>
    againstSignOut(await arena.signedIn(), arena.origin, [
      ['text/plain', typed('text/plain')],
      ['with a charset', typed('text/plain;charset=UTF-8')],
      ['with JSON in a parameter', typed('text/plain; x=application/json')],
    ]),
  ),

  attack('AT-28', 'forms, files and bodies without a type', '415 input_invalid', async (arena) => {
    const form = '--x\r\nContent-Disposition: form-data; name="0"\r\n\r\n{}\r\n--x--\r\n';
    return againstSignOut(await arena.signedIn(), arena.origin, [
      ['multipart', typed('multipart/form-data; boundary=x', form)],
      ['urlencoded', typed('application/x-www-form-urlencoded', 'a=b')],
      ['octets', typed('application/octet-stream', '{}')],
      ['no type', { body: '{}' }],
      ['an empty type', typed('', '{}')],
    ]);
  }),

  attack('AT-29', 'types that look like JSON', '415 input_invalid', async (arena) =>
    againstSignOut(await arena.signedIn(), arena.origin, [
      ['application/json-x', typed('application/json-x')],
      ['utf-7', typed('application/json;charset=utf-7')],
      ['problem+json', typed('application/problem+json')],
      ['text/json', typed('text/json')],
      ['a parameter', typed('application/json; boundary=x')],
      ['two in one', typed('application/json, text/plain')],
      ['two charsets', typed('application/json; charset=utf-8; charset=utf-16')],
      ['application/jsonl', typed('application/jsonl')],
    ]),
  ),

  attack('AT-29', 'the exact type in any case is the one that works', '200', async (arena) =>
    allOf(
      await eachOf(
        [
          'application/json',
          'Application/JSON',
          'application/json; charset=utf-8',
          'application/json;charset="UTF-8"',
        ],
        async (type) => [type, await signOutAs(await arena.signedIn(), arena.origin, type)] as const,
      ),
    ),
  ),

  attack('AT-30', 'mutations by another method', '405', async (arena) => {
    const victim = await arena.signedIn();
    const methods = ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND'];
    const overridden: Try[] = [
      ['X-HTTP-Method-Override', { method: 'GET', headers: { 'x-http-method-override': 'POST' } }],
      ['X-HTTP-Method', { method: 'GET', headers: { 'x-http-method': 'POST' } }],
    ];
    const tries: Try[] = [...methods.map((method): Try => [method, { method }]), ...overridden];
    const results = await eachOf(tries, async ([name, options]) => {
      const answer = await victim.ask('/trpc/session.signOut', options);
      return [name, String(answer.status)] as const;
    });
    const byParameter = await victim.ask('/trpc/session.signOut?_method=POST');
    const after = outcome(await victim.session());
    const all = allOf([...results, ['_method', String(byParameter.status)]]);
    return after === '204' ? all : `${all} and the victim is signed out`;
  }),

  attack('AT-30', 'TRACE', 'not echoed', async (arena) => {
    const answers = await eachOf([undefined, arena.places[0]], (place) =>
      arena
        .visitor(place === undefined ? {} : { place })
        .ask('/trpc/account.me', { method: 'TRACE', headers: { 'x-canary': 'canary-of-trace' } })
        .then(
          ({ text, status }) =>
            text.includes('canary-of-trace') || status < 400 ? `${status} ${text}` : 'not echoed',
          () => 'not echoed',
        ),
    );
    return allOf(answers.map((answer, at) => [`place ${at}`, answer]));
  }),

  attack('AT-31', 'queries by POST', '405 input_invalid', async (arena) => {
    const victim = await arena.signedIn();
    const procedures = ['account.me', 'account.export', 'session.list', 'account.activity', 'session.events'];
    return allOf(
      await eachOf(procedures, async (name) => [name, outcome(await victim.post(name, {}))] as const),
    );
  }),

  attack('AT-41', 'values of other types', '400 input_invalid', async (arena) => {
    const visitor = arena.visitor({ place: arena.places[0] });
    const password = newPassword();
    const emails: unknown[] = [['a@b.test'], { $ne: null }, { toString: 'x' }, 5, true, null, 1e308];
    const passwords: unknown[] = [['x'.repeat(20)], { length: 20 }, 5, false, null];
    const texts = [
      `{"email":NaN,"password":"${password}"}`,
      `{"email":"a@b.test","password":${'9'.repeat(400)}}`,
      `{"email":"a@b.test","email":"c@d.test","password":"${password}"}`,
      `{"email":"a@b.test","password":"${password}","remember":"true"}`,
      '"text"',
      '[]',
      'null',
      '5',
      '{',
      '{"email":"a@b.test",}',
      "{'email':'a@b.test'}",
    ];
    const inputs = [
      ...emails.map((email) => JSON.stringify({ email, password })),
      ...passwords.map((wrong) => JSON.stringify({ email: newEmail(), password: wrong })),
      ...texts,
    ];
    const tries = await eachOf(inputs, async (body) => {
      const headers = { 'content-type': 'application/json', origin: arena.origin };
      const answer = await visitor.ask('/trpc/session.signIn', { method: 'POST', headers, body });
      return [body.slice(0, 50), outcome(answer)] as const;
    });
    return allOf(tries);
  }),

  attack('AT-51', 'text that is no text', '400 input_invalid', async (arena) => {
    const visitor = arena.visitor({ place: arena.places[0] });
    const json = (email: string | Buffer) =>
      Buffer.concat([
        Buffer.from('{"email":"'),
        Buffer.from(email),
        Buffer.from('","password":"a password of no one"}'),
      ]);
    const bodies: [string, Buffer][] = [
      ['a lone surrogate', json('\\ud800@example.test')],
      ['a lone low surrogate', json('a@ex\\udc00ample.test')],
      ['overlong UTF-8', json(Buffer.from([0xc0, 0xaf, 0x40, 0x61]))],
      ['a surrogate in UTF-8', json(Buffer.from([0xed, 0xa0, 0x80]))],
      ['a byte that begins nothing', json(Buffer.from([0xff]))],
      ['a cut character', json(Buffer.from([0xe2, 0x82]))],
      ['a byte order mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), json('a@example.test')])],
      ['UTF-16', Buffer.from('{"email":"a@example.test"}', 'utf16le')],
    ];
    return allOf(
      await eachOf(bodies, async ([name, body]) => {
        const headers = { 'content-type': 'application/json', origin: arena.origin };
        return [
          name,
          outcome(await visitor.ask('/trpc/session.signIn', { method: 'POST', headers, body })),
        ] as const;
      }),
    );
  }),

  attack('AT-71', 'fields that nobody may set', '400 input_invalid', async (arena) => {
    const owner = await arena.signedIn();
    const own = { email: newEmail(), password: newPassword() };
    const fields = [
      'role',
      'emailVerified',
      'epoch',
      'id',
      'createdAt',
      'passwordHash',
      'disabledAt',
      'isAdmin',
    ];
    const stranger = arena.visitor({ place: arena.places[0] });
    const tries = await eachOf(fields, async (field) => {
      const signUp = await stranger.post('account.signUp', { ...own, [field]: '1' });
      const update = await owner.post('account.update', { name: 'Ada', [field]: '1' });
      const signIn = await stranger.post('session.signIn', { ...own, [field]: '1' });
      return [
        field,
        allOf([signUp, update, signIn].map((answer, at) => [String(at), outcome(answer)])),
      ] as const;
    });
    const change = await owner.post('account.requestEmailChange', { newEmail: newEmail(), accountId: 'x' });
    return allOf([...tries, ['another account', outcome(change)]]);
  }),

  attack('AT-72', 'a parameter that is given twice', '400 input_invalid', async (arena) => {
    const owner = await arena.signedIn();
    const input = encodeURIComponent('{"limit":1}');
    const paths = [
      `/trpc/account.activity?input=${input}&input=${input}`,
      `/trpc/account.activity?input=${input}&input=${encodeURIComponent('{"limit":2}')}`,
      '/trpc/account.me,session.list?batch=1&batch=0',
      '/trpc/account.me?batch=1&batch=1',
      '/trpc/account.me?batch=2',
      '/trpc/account.me?batch=true',
    ];
    return allOf(
      await eachOf(paths, async (path) => [path.slice(6, 60), outcome(await owner.ask(path))] as const),
    );
  }),

  attack('AT-77', 'bodies above the limit, announced and not', '413 input_invalid', async (arena) => {
    const visitor = arena.visitor();
    const headers = { 'content-type': 'application/json', origin: arena.origin };
    const body = JSON.stringify({ email: 'a@example.test', password: 'x'.repeat(70_000) });
    const big = JSON.stringify({ email: 'a@example.test', password: 'x'.repeat(300_000) });
    const chunked = { 'transfer-encoding': 'chunked' };
    const inside = arena.visitor({ place: arena.places[0] });
    const sent = (who: typeof visitor, text: string, more = {}) =>
      who
        .ask('/trpc/session.signIn', { method: 'POST', headers: { ...headers, ...more }, body: text })
        .then(outcome);
    return allOf([
      ['announced', await sent(visitor, body)],
      ['chunked', await sent(visitor, body, chunked)],
      ['far too large', await sent(visitor, big)],
      ['far too large, chunked', await sent(visitor, big, chunked)],
      ['at an instance', await sent(inside, body)],
      ['at an instance, chunked', await sent(inside, body, chunked)],
      [
        '/v1/verify',
        await visitor.ask('/v1/verify', { method: 'POST', headers, body: 'x'.repeat(700_000) }).then(outcome),
      ],
    ]);
  }),

  attack('AT-78', 'a compressed body', '415 input_invalid', async (arena) => {
    const visitor = arena.visitor();
    const body = Buffer.from('H4sIAAAAAAAAA6uuBQBDv6ajAgAAAA==', 'base64');
    const encodings = ['gzip', 'deflate', 'br', 'zstd', 'gzip, identity', 'GZIP', 'x-gzip'];
    return allOf(
      await eachOf(encodings, async (encoding) => {
        const headers = {
          'content-type': 'application/json',
          'content-encoding': encoding,
          origin: arena.origin,
        };
        return [
          encoding,
          outcome(await visitor.ask('/trpc/session.signIn', { method: 'POST', headers, body })),
        ] as const;
      }),
    );
  }),

  attack(
    'AT-79',
    'JSON that is deep, or has very many keys',
    '400 input_invalid, within a second',
    async (arena) => {
      const visitor = arena.visitor({ place: arena.places[0] });
      const deep = 30_000;
      const many = Array.from({ length: 6_000 }, (_, at) => `"k${at}":1`).join(',');
      const bodies = [
        `${'['.repeat(deep)}${']'.repeat(deep)}`,
        `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
        `{${many}}`,
        `{"email":"${'a'.repeat(60_000)}","password":"x"}`,
      ];
      const tries = await eachOf(
        bodies,
        async (body) => {
          const headers = { 'content-type': 'application/json', origin: arena.origin };
          const ask = () => visitor.ask('/trpc/session.signIn', { method: 'POST', headers, body });
          const { answer, ms } = await quickest(ask);
          return [body.slice(0, 12), outcome(answer), ms] as const;
        },
        1,
      );
      const slowest = Math.max(...tries.map(([, , ms]) => ms));
      return `${allOf(tries.map(([name, result]) => [name, result]))}, ${slowest < 1_000 ? 'within a second' : `in ${slowest.toFixed(0)} ms`}`;
    },
  ),
];

const signOutAs = async (victim: SignedIn, origin: string, type: string): Promise<string> => {
  const headers = { origin, 'content-type': type };
  return outcome(await victim.ask('/trpc/session.signOut', { method: 'POST', headers, body: '{}' }));
};
