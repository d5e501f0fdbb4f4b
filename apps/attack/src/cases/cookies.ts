import { randomBytes } from 'node:crypto';
import { allOf, attack, type Case, eachOf } from '../case.ts';
import { ask, outcome } from '../client/ask.ts';

const COOKIE = '__Host-portcullis';

export const cookieCases: Case[] = [
  attack(
    'AT-10',
    'a session that was fixed before the sign-in',
    'another token, the fixed one is the attacker’s own, an invented one 401 token_invalid',
    async (arena) => {
      const attacker = await arena.signedIn();
      const fixed = attacker.token;
      const victim = await arena.person();
      // The attacker's own live session is planted in the victim's browser, which signs in with it.
      const browser = arena.visitor();
      browser.cookies.set(COOKIE, fixed);
      const { email, password } = victim;
      await browser.post('session.signIn', { email, password });
      const own = browser.cookies.get(COOKIE) ?? '';
      const invented = arena.visitor();
      invented.cookies.set(COOKIE, `v4.public.${randomBytes(300).toString('base64url')}`);
      await invented.post('session.signIn', { email, password });
      const probe = arena.visitor();
      const me = await browser.get('account.me');
      const isVictim = (me.data?.['account'] as { email?: string } | undefined)?.email === email;
      probe.cookies.set(COOKIE, fixed);
      const after = outcome(await probe.session());
      // Whoever planted it keeps at most his own session, and never the victim's.
      const planted = after === '204' ? await ownerOf(probe.get('account.me'), attacker.person.email) : after;
      probe.cookies.set(COOKIE, `v4.public.${randomBytes(300).toString('base64url')}`);
      return `${own !== fixed && isVictim ? 'another token' : 'the same token'}, the fixed one ${planted}, an invented one ${outcome(await probe.session())}`;
    },
  ),

  attack(
    'AT-11',
    'the session in the address, the body, a parameter, another header',
    '401 session_missing',
    async (arena) => {
      const { token, sessionId } = await arena.signedIn();
      const visitor = arena.visitor();
      const query = encodeURIComponent(token);
      const paths = [
        `/v1/session?token=${query}`,
        `/v1/session?access_token=${query}`,
        `/v1/session?${COOKIE}=${query}`,
        `/v1/session?sid=${sessionId}`,
        `/trpc/account.me?connectionParams=${encodeURIComponent(JSON.stringify({ token }))}`,
        `/trpc/session.list?token=${query}`,
      ];
      const headers: [string, Record<string, string>][] = [
        ['x-session-id', { 'x-session-id': sessionId }],
        ['x-access-token', { 'x-access-token': token }],
        ['another scheme', { authorization: `Token ${token}` }],
        ['Basic', { authorization: `Basic ${Buffer.from(`x:${token}`).toString('base64')}` }],
        ['a cookie of another name', { cookie: `session=${token}; portcullis=${token}` }],
        ['the name in another case', { cookie: `__host-portcullis=${token}` }],
        ['a value in quotes of another name', { cookie: `x="${COOKIE}=${token}"` }],
      ];
      const byPath = await eachOf(
        paths,
        async (path) => [path.slice(0, 40), outcome(await visitor.ask(path))] as const,
      );
      const byHeader = await eachOf(
        headers,
        async ([name, sent]) => [name, outcome(await visitor.session(sent))] as const,
      );
      return allOf([...byPath, ...byHeader]);
    },
  ),

  attack(
    'AT-12',
    'two session cookies, or one that another host could have set',
    'two 400 input_invalid, tossed 401',
    async (arena) => {
      const [victim, attacker] = [await arena.signedIn(), await arena.signedIn()];
      const visitor = arena.visitor();
      const sent = async (cookie: string | string[]) => outcome(await visitor.session({ cookie }));
      const twice = allOf([
        ['attacker first', await sent(`${COOKIE}=${attacker.token}; ${COOKIE}=${victim.token}`)],
        ['victim first', await sent(`${COOKIE}=${victim.token}; ${COOKIE}=${attacker.token}`)],
        ['the same twice', await sent(`${COOKIE}=${victim.token}; ${COOKIE}=${victim.token}`)],
        ['in two headers', await sent([`${COOKIE}=${attacker.token}`, `${COOKIE}=${victim.token}`])],
        [
          'a cookie and a bearer',
          outcome(await visitor.session({ cookie: `${COOKIE}=${victim.token}`, authorization: 'Bearer x' })),
        ],
      ]);
      const tossed = allOf([
        ['without the prefix', (await sent(`portcullis=${attacker.token}`)).slice(0, 3)],
        ['a no-break space before', (await sent(`\u00a0${COOKIE}=${attacker.token}`)).slice(0, 3)],
        ['__Secure-', (await sent(`__Secure-portcullis=${attacker.token}`)).slice(0, 3)],
        ['no name', (await sent(`=${COOKIE}=${attacker.token}`)).slice(0, 3)],
      ]);
      return `two ${twice}, tossed ${tossed}`;
    },
  ),

  attack(
    'AT-85',
    'the API without TLS',
    'refused 403 forbidden without Location, no cookie; Set-Cookie Secure HttpOnly Lax Path=/ no Domain',
    async (arena) => {
      const { email, password } = await arena.person();
      const body = JSON.stringify({ email, password });
      const headers = { 'content-type': 'application/json', origin: arena.origin };
      const from = arena.address();
      const plain = await ask(arena.plainDoor, '/trpc/session.signIn', {
        method: 'POST',
        headers,
        body,
        from,
      });
      const query = await ask(arena.plainDoor, '/v1/session', { from });
      const refused = allOf([
        [
          'sign-in',
          `${outcome(plain)} ${plain.headers.location === undefined ? 'without Location' : 'with Location'}`,
        ],
        [
          'session',
          `${outcome(query)} ${query.headers.location === undefined ? 'without Location' : 'with Location'}`,
        ],
      ]);
      const [line = ''] = (await arena.visitor().post('session.signIn', { email, password })).cookies;
      const set = [
        ...['Secure', 'HttpOnly'].map((name) =>
          new RegExp(`; ${name}(;|$)`).test(line) ? name : `no ${name}`,
        ),
        /; SameSite=Lax/.test(line) ? 'Lax' : 'not Lax',
        /; Path=\/(;|$)/.test(line) ? 'Path=/' : 'another path',
        /domain/i.test(line) ? 'Domain' : 'no Domain',
      ];
      return `refused ${refused}, ${plain.cookies.length === 0 ? 'no cookie' : 'a cookie'}; Set-Cookie ${set.join(' ')}`;
    },
  ),
];

const ownerOf = async (answer: Promise<{ data: Record<string, unknown> | undefined }>, email: string) => {
  const account = (await answer).data?.['account'] as { email?: string } | undefined;
  return account?.email === email ? 'is the attacker’s own' : 'is somebody else’s';
};
