import { newPassword } from '../arena.ts';
import type { Arena } from '../arena.ts';
import { allOf, attack, type Case, eachOf } from '../case.ts';
import { type Answer, ask, outcome } from '../client/ask.ts';

/** An answer of every kind that a stranger can get out of the door. */
const answersOf = async (arena: Arena): Promise<[string, Answer][]> => {
  const visitor = arena.visitor();
  const post = (path: string, headers: Record<string, string>, body: string) =>
    visitor.ask(path, { method: 'POST', headers, body });
  const json = { 'content-type': 'application/json', origin: arena.origin };
  const limited = arena.visitor();
  const person = await arena.person();
  let refused = await limited.post('session.signIn', { email: person.email, password: newPassword() });
  for (let more = 0; more < 30 && refused.status !== 429; more += 1)
    refused = await limited.post('session.signIn', { email: person.email, password: newPassword() });
  return [
    ['a page', await visitor.ask('/')],
    ['a missing file', await visitor.ask('/assets/none.js')],
    ['a hidden file', await visitor.ask('/.env')],
    ['a page by POST', await post('/', json, '{}')],
    ['401', await visitor.get('account.me')],
    ['401 of a route', await visitor.session()],
    ['403', await post('/trpc/session.signIn', { ...json, origin: 'https://evil.test' }, '{}')],
    ['404', await visitor.ask('/trpc/nothing')],
    ['404 of a route', await visitor.ask('/v1/nothing')],
    ['405', await visitor.ask('/v1/keys', { method: 'DELETE' })],
    ['400', await post('/trpc/session.signIn', json, '{')],
    ['415', await post('/trpc/session.signIn', { ...json, 'content-type': 'text/plain' }, '{}')],
    ['413', await post('/trpc/session.signIn', json, 'x'.repeat(70_000))],
    ['413 of nginx', await post('/trpc/session.signIn', json, 'x'.repeat(300_000))],
    ['429', refused],
    ['200', await visitor.ask('/v1/keys')],
    ['the document', await visitor.ask('/openapi.json')],
    ['its page', await visitor.ask('/docs')],
    ['a redirect', await visitor.ask('/.well-known/change-password')],
  ];
};

const answers = new WeakMap<Arena, ReturnType<typeof answersOf>>();
const allAnswers = (arena: Arena): ReturnType<typeof answersOf> => {
  const there = answers.get(arena) ?? answersOf(arena);
  answers.set(arena, there);
  return there;
};

/** Those among an answer’s headers that are not as they should be. */
const wanting = ({ headers }: Answer, wanted: Record<string, RegExp>): string =>
  Object.entries(wanted)
    .filter(([name, pattern]) => !pattern.test(String(headers[name] ?? '')))
    .map(([name]) => `${name}: ${String(headers[name])}`)
    .join('; ') || 'on every answer';

const POLICY = /default-src 'none'.*frame-ancestors 'none'/;

export const headerCases: Case[] = [
  attack('AT-65', 'a page or an answer in somebody’s frame', 'on every answer', async (arena) =>
    allOf(
      (await allAnswers(arena)).map(([name, answer]) => [
        name,
        wanting(answer, { 'content-security-policy': POLICY, 'x-content-type-options': /^nosniff$/ }),
      ]),
    ),
  ),

  attack('AT-65', 'a script or a style that stands in a page', 'forbidden', async (arena) => {
    const { headers } = await arena.visitor().ask('/');
    const policy = headers['content-security-policy'] ?? '';
    const allows = /unsafe|\*|data:|http:/.test(String(policy)) || !/script-src 'self'/.test(String(policy));
    return allows ? String(policy) : 'forbidden';
  }),

  attack(
    'AT-84',
    'an answer in a cache, a page under a name that looks like a file',
    'no-store on every answer of the API, 404 for a file that there is not',
    async (arena) => {
      const owner = await arena.signedIn();
      const mine: [string, Answer][] = [
        ['me', await owner.get('account.me')],
        ['list', await owner.get('session.list')],
        ['session', await owner.session()],
        ['with If-None-Match', await owner.get('account.me', undefined, { 'if-none-match': '*' })],
      ];
      const api = (await allAnswers(arena)).filter(([name]) => !/page|file/.test(name));
      const stored = allOf(
        [...mine, ...api].map(([name, { headers }]) => [
          name,
          /no-store/.test(headers['cache-control'] ?? '') ? 'no-store' : String(headers['cache-control']),
        ]),
      );
      const paths = [
        '/trpc/account.me/x.css',
        '/trpc/account.me%2fx.css',
        '/v1/session/x.css',
        '/v1/session.css',
        '/assets/me.css',
      ];
      const files = await eachOf(
        paths,
        async (path) => [path, String((await owner.ask(path)).status)] as const,
      );
      return `${stored} on every answer of the API, ${allOf(files)} for a file that there is not`;
    },
  ),

  attack(
    'AT-84',
    'what a browser keeps after signing out',
    'the cookie is taken away, the cache cleared',
    async (arena) => {
      const owner = await arena.signedIn();
      const answer = await owner.post('session.signOut', {});
      const [line = ''] = answer.cookies;
      const cookie = /^__Host-portcullis=; Max-Age=0;.*Secure/.test(line)
        ? 'the cookie is taken away'
        : `the cookie is ${line}`;
      return `${cookie}, ${/"cache"|"\*"/.test(String(answer.headers['clear-site-data'])) ? 'the cache cleared' : 'the cache kept'}`;
    },
  ),

  attack(
    'AT-86',
    'old TLS, weak ciphers, answers without HSTS',
    'refused, HSTS of a year on every answer',
    async (arena) => {
      const { connect } = await import('node:tls');
      const { connect: plain } = await import('node:net');
      const tries = [
        { minVersion: 'TLSv1' as const, maxVersion: 'TLSv1' as const, ciphers: 'ALL@SECLEVEL=0' },
        { minVersion: 'TLSv1.1' as const, maxVersion: 'TLSv1.1' as const, ciphers: 'ALL@SECLEVEL=0' },
        { maxVersion: 'TLSv1.2' as const, ciphers: 'AES128-SHA:AES256-SHA:AES128-GCM-SHA256@SECLEVEL=0' },
        { maxVersion: 'TLSv1.2' as const, ciphers: 'ECDHE-ECDSA-AES128-SHA@SECLEVEL=0' },
      ];
      const tried = await eachOf(
        tries,
        (options) =>
          new Promise<string>((resolve) => {
            const socket = plain(arena.door.port, '127.0.0.1');
            socket.write('PROXY TCP4 198.18.0.9 127.0.0.1 50000 443\r\n');
            const secured = connect({ socket, ca: arena.door.ca, servername: 'localhost', ...options });
            secured.on('secureConnect', () => {
              const reached = `${secured.getProtocol()} ${secured.getCipher()?.name}`;
              secured.destroy();
              resolve(reached);
            });
            secured.on('error', () => resolve('refused'));
            socket.on('error', () => resolve('refused'));
          }),
      );
      const plainPage = await ask(arena.plainDoor, '/', { from: arena.address() });
      const all = [...(await allAnswers(arena)), ['without TLS', plainPage] as const];
      const year = all.map(([name, { headers }]) => {
        const age = Number(/max-age=(\d+)/.exec(headers['strict-transport-security'] ?? '')?.[1] ?? 0);
        return [name, age >= 31_536_000 ? 'on every answer' : `max-age ${age}`] as const;
      });
      return `${allOf(tried.map((how, at) => [String(at), how]))}, HSTS of a year ${allOf(year)}`;
    },
  ),

  attack('AT-87', 'metrics, probes, sources and settings from outside', 'nothing of them', async (arena) => {
    const visitor = arena.visitor();
    const paths = [
      '/metrics',
      '/readyz',
      '/readyz?verbose',
      '/livez',
      '/debug',
      '/debug/pprof',
      '/.env',
      '/.git/config',
      '/.git/HEAD',
      '/package.json',
      '/pnpm-lock.yaml',
      '/server-status',
      '/nginx_status',
      '/stub_status',
      '/trpc/../metrics',
      '/trpc/..%2fmetrics',
      '/v1/../metrics',
      '//metrics',
      '/assets/../../nginx.conf',
      '/assets/..%2f..%2fnginx.conf',
      '/assets../nginx.conf',
      '/index.html.bak',
      '/assets/index.js.map',
      '/trpc/%2e%2e/metrics',
      '/.well-known/../.env',
    ];
    return allOf(
      await eachOf(paths, async (path) => {
        const { text, status } = await visitor.ask(path);
        const isPage = status === 200 && text.includes('<div id="root">');
        const leak =
          /portcullis_session|"checks"|DATABASE_URL|\[core\]|"dependencies"|lockfileVersion|ssl_certificate|process_cpu/.test(
            text,
          );
        return [
          path,
          leak || (status === 200 && !isPage) ? `${status} ${text.slice(0, 60)}` : 'nothing of them',
        ] as const;
      }),
    );
  }),

  attack('AT-88', 'what probes tell', 'status and dependencies, no address, no version', async (arena) => {
    const texts = await eachOf(['/livez', '/readyz', '/nothing'], (path) =>
      fetch(`http://127.0.0.1:${arena.places[0].ops}${path}`).then((answer) => answer.text()),
    );
    const leak = texts.find((text) =>
      /postgres:\/\/|redis:\/\/|smtp:|127\.0\.0\.1|\d+\.\d+\.\d+|password|\bat /.test(text),
    );
    return leak ?? 'status and dependencies, no address, no version';
  }),

  attack('AT-89', 'who made the software, and where it failed', 'nothing of it', async (arena) => {
    const all = await allAnswers(arena);
    return allOf(
      all.map(([name, { headers, text }]) => {
        const server = headers['server'] ?? 'nginx';
        const told = Object.keys(headers).filter((header) =>
          /^x-(?:powered|aspnet|runtime|generator|served)/.test(header),
        );
        const leak = /node_modules|\bat [^ ]+ \(|ZodError|"stack"|SELECT |MikroORM|trpc\.io|nginx\/\d/.exec(
          name === 'the document' ? '' : text,
        )?.[0];
        return [
          name,
          server === 'nginx' && told.length === 0 && leak === undefined
            ? 'nothing of it'
            : `${server} ${told.join()} ${leak}`,
        ];
      }),
    );
  }),

  attack(
    'AT-114',
    'line breaks in everything that comes back in a header',
    'no header of the attacker’s',
    async (arena) => {
      const visitor = arena.visitor();
      const inside = arena.visitor({ place: arena.places[0] });
      const breaks = [
        '%0d%0aX-Evil:%201',
        '%0aX-Evil:1',
        '%E5%98%8A%E5%98%8DX-Evil:1',
        '\u560aX-Evil:1'.normalize(),
      ];
      const tries = await eachOf(breaks, async (text) => {
        const encoded = encodeURI(decodeURI(encodeURI(text)));
        const sent = [
          await visitor.ask(`/trpc/${encoded}`),
          await visitor.ask(`/.well-known/change-password?next=${encoded}`),
          await ask(arena.plainDoor, `/sessions?a=${encoded}`, { from: arena.address() }),
          await inside.ask('/v1/keys', { headers: { 'x-request-id': text.replaceAll(/[^\x20-\x7e]/g, '') } }),
          await visitor.ask('/v1/keys', {
            headers: { origin: `https://x${text.replaceAll(/[^\x20-\x7e]/g, '')}` },
          }),
        ];
        const evil = sent.some(({ headers }) => headers['x-evil'] !== undefined);
        return [text, evil ? 'X-Evil came back' : 'no header of the attacker’s'] as const;
      });
      return allOf(tries);
    },
  ),

  attack(
    'AT-90',
    'an instance whose stores are away',
    '503 unavailable with Retry-After and a request id, nothing else',
    async (arena) => {
      const place = await arena.cutOff();
      const visitor = arena.visitor({ place });
      const owner = (await arena.signedIn()).at(place);
      const answers: [string, Answer][] = [
        [
          'sign-in',
          await visitor.post('session.signIn', { email: 'a@example.test', password: newPassword() }),
        ],
        ['reset', await visitor.post('account.requestPasswordReset', { email: 'a@example.test' })],
        ['me', await owner.get('account.me')],
        ['session', await owner.session()],
        ['revoke', await owner.post('session.revokeAll', {})],
      ];
      return allOf(
        answers.map(([name, answer]) => {
          const leak = /ECONN|postgres|redis|127\.0\.0\.1|\bat |password/i.test(answer.text);
          const more = /^\d+$/.test(String(answer.headers['retry-after']))
            ? 'with Retry-After'
            : 'without Retry-After';
          const id = /"requestId":"[\w-]{8,}"/.test(answer.text) ? 'and a request id' : 'and no request id';
          return [name, `${outcome(answer)} ${more} ${id}, ${leak ? answer.text : 'nothing else'}`];
        }),
      );
    },
    'last',
  ),
];
