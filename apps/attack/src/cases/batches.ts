import { newPassword } from '../arena.ts';
import { allOf, attack, type Case, eachOf } from '../case.ts';
import { outcome } from '../client/ask.ts';

const batch = (procedures: readonly string[]) => `/trpc/${procedures.join(',')}?batch=1`;

export const batchCases: Case[] = [
  attack('AT-37', 'many sign-ins in one request', '400, no hash', async (arena) => {
    const { email } = await arena.person();
    const headers = { 'content-type': 'application/json', origin: arena.origin };
    const counts = [2, 10, 11, 100, 400];
    let told = '';
    const hashes = await arena.counted(async (place) => {
      const visitor = arena.visitor({ place });
      const tries = await eachOf(counts, async (count) => {
        const inputs = Object.fromEntries(
          Array.from({ length: count }, (_, at) => [at, { email, password: newPassword() }] as const),
        );
        const path = batch(Array.from({ length: count }, () => 'session.signIn'));
        const answer = await visitor.ask(path, { method: 'POST', headers, body: JSON.stringify(inputs) });
        const each = [...answer.text.matchAll(/"httpStatus":(\d{3})/g)].map(([, status]) => status ?? '');
        return [String(count), allOf(each.map((status, at) => [String(at), status]))] as const;
      });
      told = allOf(tries);
    });
    return `${told}, ${hashes === 0 ? 'no hash' : `${hashes} hashes`}`;
  }),

  attack(
    'AT-38',
    'a change of password with other calls in its batch',
    'each 400, nothing changed',
    async (arena) => {
      const owner = await arena.signedIn();
      const headers = { 'content-type': 'application/json', origin: arena.origin };
      const change = { currentPassword: owner.person.password, newPassword: newPassword() };
      const paths: [string[], object][] = [
        [['account.changePassword', 'account.update'], { 0: change, 1: { name: 'x' } }],
        [['account.update', 'session.revokeAll'], { 0: { name: 'x' } }],
        [['session.signOut', 'session.signOut'], {}],
      ];
      const tries = await eachOf(paths, async ([names, input]) => {
        const answer = await owner.ask(batch(names), {
          method: 'POST',
          headers,
          body: JSON.stringify(input),
        });
        // A call that may stand beside others is answered for itself; those that must stand alone are not.
        const alone = [...answer.text.matchAll(/"batch":"not_alone"/g)].length;
        return [names.join(), alone > 0 || answer.status === 400 ? 'each 400' : outcome(answer)] as const;
      });
      const after = outcome(await owner.session());
      return `${allOf(tries)}, ${after === '204' ? 'nothing changed' : after}`;
    },
  ),

  attack('AT-38', 'a batch whose indexes are none', '400 input_invalid', async (arena) => {
    const owner = await arena.signedIn();
    const texts = [
      '{"-1":{}}',
      '{"2":{}}',
      '{"00":{}}',
      '{"1e0":{}}',
      '{"length":2}',
      '[{},{}]',
      '"x"',
      '{"0":{},"0":{}}',
      '{"__proto__":{}}',
    ];
    const path = batch(['account.me', 'session.list']);
    return allOf(
      await eachOf(texts, async (text) => [
        text,
        outcome(await owner.ask(`${path}&input=${encodeURIComponent(text)}`)),
      ]),
    );
  }),

  attack('AT-38', 'a session that ends between two batches', 'both 200, then both 401', async (arena) => {
    const owner = await arena.signedIn();
    const other = await arena.signedIn({ person: owner.person });
    const path = batch(['account.me', 'session.list']);
    const statusesOf = async () => {
      const { text } = await owner.ask(path);
      const answers = JSON.parse(text) as { error?: { data: { httpStatus: number } } }[];
      return allOf(answers.map(({ error }, at) => [String(at), String(error?.data.httpStatus ?? 200)]));
    };
    const before = await statusesOf();
    await other.post('session.revokeOthers', {});
    return `both ${before}, then both ${await statusesOf()}`;
  }),

  attack(
    'AT-39',
    'names through which a merge would reach every object',
    '400 input_invalid, nothing inherited',
    async (arena) => {
      const visitor = arena.visitor({ place: arena.places[2] });
      const owner = await arena.signedIn({ place: arena.places[2] });
      const headers = { 'content-type': 'application/json', origin: arena.origin };
      const inner = '"email":"a@example.test","password":"a password of no one"';
      const bodies = [
        `{"__proto__":{"isAdmin":true},${inner}}`,
        `{"constructor":{"prototype":{"isAdmin":true}},${inner}}`,
        `{${inner},"__proto__.isAdmin":true}`,
        `{${inner},"name":{"__proto__":{"isAdmin":true}}}`,
        `{"\\u005f_proto__":{"isAdmin":true},${inner}}`,
        `{"__proto__[isAdmin]":"true",${inner}}`,
      ];
      const sent = await eachOf(bodies, async (body) => {
        const answer = await visitor.ask('/trpc/session.signIn', { method: 'POST', headers, body });
        return [body.slice(0, 40), outcome(answer)] as const;
      });
      const queries = await eachOf(
        bodies,
        async (body) =>
          [
            `query ${body.slice(0, 30)}`,
            outcome(await owner.ask(`/trpc/account.activity?input=${encodeURIComponent(body)}`)),
          ] as const,
      );
      const form = await visitor.ask('/trpc/session.signIn', {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: '{"0":{"__proto__":{"isAdmin":true}}}',
      });
      const { inherited, isAdmin } = await arena.inside();
      const all = allOf([...sent, ...queries, ['a map', outcome(form)]]);
      return `${all}, ${inherited.length === 0 && isAdmin === null ? 'nothing inherited' : `inherited ${inherited.join()}`}`;
    },
  ),

  attack('AT-40', 'payloads for a transformer', '400 input_invalid', async (arena) => {
    const visitor = arena.visitor({ place: arena.places[0] });
    const headers = { 'content-type': 'application/json', origin: arena.origin };
    const input = { email: 'a@example.test', password: 'a password of no one' };
    const bodies = [
      { json: input, meta: { values: { email: ['Date'] } } },
      { json: input, meta: { values: { password: [['custom', 'x']] } } },
      { json: input },
      { ...input, meta: { values: { 'email.__proto__': ['map'] } } },
      [{ email: 1, password: 2 }, input.email, input.password],
      { ...input, email: { $type: 'BigInt', value: '1' } },
    ];
    return allOf(
      await eachOf(bodies, async (body, at) => {
        const answer = await visitor.ask('/trpc/session.signIn', {
          method: 'POST',
          headers,
          body: JSON.stringify(body),
        });
        return [`payload ${at}`, outcome(answer)] as const;
      }),
    );
  }),

  attack(
    'AT-42',
    'answers as a stream of lines, and subscriptions by other ways',
    '400 or 405, no cookie lost',
    async (arena) => {
      const owner = await arena.signedIn();
      const { email, password } = owner.person;
      const tries = [
        await owner.get('account.me', undefined, { 'trpc-accept': 'application/jsonl' }),
        await owner.get('account.me', undefined, { accept: 'application/jsonl' }),
        await arena
          .visitor()
          .post('session.signIn', { email, password }, { 'trpc-accept': 'application/jsonl' }),
        await owner.ask('/trpc/session.events,account.me?batch=1'),
        await owner.post('session.events', {}),
        await owner.ask('/trpc/session.events?batch=1'),
      ];
      const statuses = allOf(
        tries.map(({ status }, at) => [
          String(at),
          [400, 405].includes(status) ? '400 or 405' : String(status),
        ]),
      );
      const after = await arena
        .visitor()
        .post('session.signIn', { email, password }, { accept: 'text/event-stream' });
      const kept =
        after.status === 200 && after.cookies.length === 0 ? 'a cookie was lost' : 'no cookie lost';
      return `${statuses}, ${kept}`;
    },
  ),

  attack('AT-43', 'procedures that there are not', '404 or 400, no stack', async (arena) => {
    const visitor = arena.visitor({ place: arena.places[0] });
    const paths = [
      'nothing',
      'account',
      'account.',
      '.me',
      'account.me.x',
      'account..me',
      '__proto__',
      'constructor',
      'toString',
      'account.__proto__',
      'account.constructor',
      'account.me.call',
      '_def',
      'createCaller',
      'account._def',
      '%zz',
      '%',
      'account%2eme',
      'account.me%00',
      '..%2f..%2fmetrics',
      'a'.repeat(4_000),
      'account.me%2Csession.list',
      '',
      '%c0%af',
      'valueOf',
      'hasOwnProperty',
      'account/me',
      'session.signIn%0d%0a',
    ];
    const tries = await eachOf(paths, async (path) => {
      const answers = [await visitor.ask(`/trpc/${path}`), await visitor.post(path, {})];
      const leaks = answers.some(({ text }) =>
        /\bat .+:\d+|node_modules|"stack"|"path":"(?!malformed)/.test(text),
      );
      const allowed = answers.every(({ status }) => [400, 401, 404, 405].includes(status));
      return [
        path.slice(0, 30),
        `${allowed ? '404 or 400' : answers.map(({ status }) => status).join()}, ${leaks ? 'a stack' : 'no stack'}`,
      ] as const;
    });
    return allOf(tries);
  }),
];
