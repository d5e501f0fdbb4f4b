import type { Arena } from '../arena.ts';
import { allOf, attack, type Case, eachOf } from '../case.ts';
import { outcome } from '../client/ask.ts';
import { raw, statusesIn } from '../client/raw.ts';

const HOST = 'Host: localhost\r\n';
const JSON_TYPE = 'Content-Type: application/json\r\n';
/** What an attacker wants to reach an instance without the door having seen it. */
const HIDDEN = `GET /v1/keys HTTP/1.1\r\n${HOST}X-Smuggled: yes\r\n\r\n`;

/** What the door makes of bytes: `one answer` of a refusal at most, never the answer to what was hidden. */
const smuggle = async (arena: Arena, bytes: string): Promise<string> => {
  const { text } = await raw(arena.door, bytes, {
    from: arena.address(),
    forMs: 12_000,
    until: (got) => /\r\n\r\n[^]*"keys"/.test(got),
  });
  const statuses = statusesIn(text);
  if (text.includes('"k4.pid')) return `the hidden request was answered (${statuses.join()})`;
  // What the door does not understand it says it cannot do (501); anything else of this kind is a failure.
  if (statuses.some((status) => status >= 500 && status !== 501)) return statuses.join();
  return 'never two requests';
};

const post = (headers: string, body: string, path = '/trpc/session.signOut') =>
  `POST ${path} HTTP/1.1\r\n${HOST}${JSON_TYPE}${headers}\r\n${body}`;

export const smugglingCases: Case[] = [
  attack(
    'AT-73',
    'bodies whose end is told in two ways',
    'never two requests',
    async (arena) => {
      const chunkedEnd = '0\r\n\r\n';
      const length = (text: string) => Buffer.byteLength(text);
      // Two requests as anybody may send them are seen as two, or nothing below would say anything.
      const control = await smuggle(arena, `${post('Content-Length: 2\r\n', '{}')}${HIDDEN}`);
      if (control === 'never two requests') return 'two honest requests are not told apart';
      const shapes: [string, string][] = [
        [
          'CL.TE',
          post(
            `Content-Length: ${length(chunkedEnd + HIDDEN)}\r\nTransfer-Encoding: chunked\r\n`,
            `${chunkedEnd}${HIDDEN}`,
          ),
        ],
        [
          'TE.CL',
          post(
            `Transfer-Encoding: chunked\r\nContent-Length: 4\r\n`,
            `5c\r\n${HIDDEN.padEnd(0x5c, 'x')}\r\n${chunkedEnd}`,
          ),
        ],
        [
          'TE.TE',
          post('Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n', `${chunkedEnd}${HIDDEN}`),
        ],
        ['chunked, identity', post('Transfer-Encoding: chunked, identity\r\n', `${chunkedEnd}${HIDDEN}`)],
        ['xchunked', post('Transfer-Encoding: xchunked\r\n', `${chunkedEnd}${HIDDEN}`)],
        [
          'a space before the colon',
          post(
            `Transfer-Encoding : chunked\r\nContent-Length: ${length(HIDDEN) + 5}\r\n`,
            `${chunkedEnd}${HIDDEN}`,
          ),
        ],
        [
          'a tab before the value',
          post(
            `Transfer-Encoding:\tchunked\r\nContent-Length: ${length(HIDDEN) + 5}\r\n`,
            `${chunkedEnd}${HIDDEN}`,
          ),
        ],
        ['a vertical tab', post('Transfer-Encoding: \u000bchunked\r\n', `${chunkedEnd}${HIDDEN}`)],
        ['two lengths', post(`Content-Length: 0\r\nContent-Length: ${length(HIDDEN)}\r\n`, HIDDEN)],
        ['two lengths in one', post(`Content-Length: 0, ${length(HIDDEN)}\r\n`, HIDDEN)],
        ['a length with a sign', post(`Content-Length: +0\r\n`, HIDDEN)],
        ['a hexadecimal length', post(`Content-Length: 0x0\r\n`, HIDDEN)],
        ['a negative length', post(`Content-Length: -1\r\n`, HIDDEN)],
        [
          'a folded header',
          post(`X: y\r\n Content-Length: 0\r\nContent-Length: ${length(HIDDEN)}\r\n`, HIDDEN),
        ],
        ['a bare CR', post(`X: y\rContent-Length: 0\r\nContent-Length: ${length(HIDDEN)}\r\n`, HIDDEN)],
        [
          'a body with GET',
          `GET /trpc/account.me HTTP/1.1\r\n${HOST}Content-Length: ${length(HIDDEN)}\r\n\r\n${HIDDEN}`,
        ],
        [
          'HTTP/1.0 with chunks',
          post('Transfer-Encoding: chunked\r\n', `${chunkedEnd}${HIDDEN}`).replace('HTTP/1.1', 'HTTP/1.0'),
        ],
        ['Expect', post(`Expect: 100-continue\r\nContent-Length: ${length(HIDDEN)}\r\n`, HIDDEN)],
      ];
      const refusesOrWaits = await eachOf(
        shapes,
        async ([name, bytes]) => [name, await smuggle(arena, bytes)] as const,
        18,
      );
      return allOf(refusesOrWaits);
    },
    'waits',
  ),

  attack(
    'AT-74',
    'headers that ask the door to take others away, or to speak another protocol',
    'the call is as any other',
    async (arena) => {
      const owner = await arena.signedIn();
      const shapes: Record<string, string>[] = [
        { connection: 'close, x-forwarded-for' },
        { connection: 'close, origin, cookie' },
        {
          connection: 'upgrade, http2-settings',
          upgrade: 'h2c',
          'http2-settings': 'AAMAAABkAARAAAAAAAIAAAAA',
        },
        {
          connection: 'upgrade',
          upgrade: 'websocket',
          'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
          'sec-websocket-version': '13',
        },
        { te: 'trailers' },
      ];
      const tries = await eachOf(shapes, async (headers) => {
        const answer = await owner.get('session.list', undefined, headers).then(
          ({ status, data }) => {
            const { sessions } = (data ?? { sessions: [] }) as {
              sessions: { current: boolean; ip: string }[];
            };
            return status === 200 && sessions.find(({ current }) => current)?.ip === owner.from
              ? 'the call is as any other'
              : String(status);
          },
          () => 'no answer',
        );
        return [
          JSON.stringify(headers).slice(0, 60),
          answer === '400' ? 'the call is as any other' : answer,
        ] as const;
      });
      return allOf(tries);
    },
  ),

  attack(
    'AT-75',
    'chunks with extensions, very many of them, and trailers',
    'a refusal or the ordinary answer',
    async (arena) => {
      const body = '{}';
      const many = `${'1\r\nx\r\n'.repeat(80_000)}0\r\n\r\n`;
      const shapes: [string, string][] = [
        [
          'an extension',
          post('Transfer-Encoding: chunked\r\nConnection: close\r\n', `2;a=b\r\n${body}\r\n0\r\n\r\n`),
        ],
        [
          'a long extension',
          post(
            'Transfer-Encoding: chunked\r\nConnection: close\r\n',
            `2;${'a'.repeat(20_000)}\r\n${body}\r\n0\r\n\r\n`,
          ),
        ],
        ['80 000 chunks', post('Transfer-Encoding: chunked\r\nConnection: close\r\n', many)],
        [
          'a trailer',
          post(
            'Transfer-Encoding: chunked\r\nConnection: close\r\nTrailer: Origin\r\n',
            `2\r\n${body}\r\n0\r\nOrigin: ${arena.origin}\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n`,
          ),
        ],
        [
          'a size that is none',
          post('Transfer-Encoding: chunked\r\nConnection: close\r\n', `zz\r\n${body}\r\n0\r\n\r\n`),
        ],
        [
          'a size beyond numbers',
          post(
            'Transfer-Encoding: chunked\r\nConnection: close\r\n',
            `ffffffffffffffff1\r\n${body}\r\n0\r\n\r\n`,
          ),
        ],
        [
          'a size below zero',
          post('Transfer-Encoding: chunked\r\nConnection: close\r\n', `-2\r\n${body}\r\n0\r\n\r\n`),
        ],
      ];
      return allOf(
        await eachOf(shapes, async ([name, bytes]) => {
          const { text } = await raw(arena.door, bytes, { from: arena.address(), forMs: 20_000 });
          const statuses = statusesIn(text);
          const fine =
            statuses.length <= 1 && statuses.every((status) => [400, 401, 403, 413, 414].includes(status));
          return [name, fine ? 'a refusal or the ordinary answer' : statuses.join()] as const;
        }),
      );
    },
  ),

  attack(
    'AT-76',
    'a client that sends headers or a body a byte at a time',
    'both closed by the door, others served',
    async (arena) => {
      const slow = (first: string) => raw(arena.door, first, { from: arena.address(), forMs: 40_000 });
      const headers = slow(`POST /trpc/session.signOut HTTP/1.1\r\n${HOST}X-Slow: `);
      const body = slow(post('Content-Length: 1000\r\n', '{'));
      const others = await eachOf([1, 2, 3, 4, 5], async () => outcome(await arena.visitor().session()));
      const closed = (await Promise.all([headers, body])).every((one) => one.closed);
      const served = others.every((one) => one === '401 session_missing') ? 'others served' : others.join();
      return `${closed ? 'both closed by the door' : 'kept open'}, ${served}`;
    },
    'waits',
  ),

  attack('AT-80', 'headers that are too many or too large', '400 or 431, then as before', async (arena) => {
    const visitor = arena.visitor();
    const inside = arena.visitor({ place: arena.places[0] });
    const many = Object.fromEntries(Array.from({ length: 3_000 }, (_, at) => [`x-${at}`, 'y']));
    const shapes: Record<string, string>[] = [
      { cookie: `a=${'x'.repeat(9_000)}` },
      { cookie: Array.from({ length: 4_000 }, (_, at) => `c${at}=xxxxxx`).join('; ') },
      { 'x-large': 'x'.repeat(40_000) },
      many,
    ];
    const tries = await eachOf([visitor, inside], async (who, at) =>
      eachOf(shapes, async (headers, shape) => {
        const answer = await who.session(headers).then(
          ({ status }) => String(status),
          () => 'closed',
        );
        // What one of them still takes is an ordinary request without a session.
        const fine = ['400', '414', '431', '401', 'closed'].includes(answer);
        return [`${at}/${shape}`, fine ? '400 or 431' : answer] as const;
      }),
    );
    const after = outcome(await visitor.session());
    return `${allOf(tries.flat())}, then ${after === '401 session_missing' ? 'as before' : after}`;
  }),
];
