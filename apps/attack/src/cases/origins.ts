import { newEmail, newPassword, type SignedIn } from '../arena.ts';
import { allOf, attack, type Case, eachOf } from '../case.ts';
import { type Answer, outcome } from '../client/ask.ts';

type Headers = Record<string, string | string[]>;
const JSON_TYPE = { 'content-type': 'application/json' };
const FORBIDDEN = '403 forbidden';

/** What a mutation without input comes to under these headers, and whether the victim is still signed in. */
const signOutWith = async (victim: SignedIn, headers: Headers, body = '{}'): Promise<string> => {
  const answer = await victim.ask('/trpc/session.signOut', { method: 'POST', headers, body });
  const after = outcome(await victim.session());
  return after === '204' ? outcome(answer) : `${outcome(answer)} and signed out`;
};

const without = (answer: Answer, names: readonly string[]): string =>
  names.filter((name) => answer.headers[name] !== undefined).join(' ') || 'none';

export const originCases: Case[] = [
  attack(
    'AT-32',
    'a call with the victim’s cookie from a page that is not ours',
    FORBIDDEN,
    async (arena) => {
      const victim = await arena.signedIn();
      const { port } = arena.door;
      const origins = [
        ['null', 'null'],
        ['ours as a prefix', `${arena.origin}.evil.test`],
        ['ours as a sub-domain', `https://localhost.evil.test:${port}`],
        ['a sub-domain of ours', `https://evil.localhost:${port}`],
        ['plain http', `http://localhost:${port}`],
        ['another port', `https://localhost:${port + 1}`],
        ['no port', 'https://localhost'],
        ['a dot at the end', `https://localhost.:${port}`],
        ['a slash at the end', `${arena.origin}/`],
        ['upper case', arena.origin.toUpperCase()],
        ['the address for the name', `https://127.0.0.1:${port}`],
        ['two in one', `${arena.origin}, https://evil.test`],
        ['a user before it', `https://localhost@evil.test:${port}`],
        ['empty', ''],
      ] as const;
      const tries = await eachOf(
        origins,
        async ([name, origin]) => [name, await signOutWith(victim, { ...JSON_TYPE, origin })] as const,
      );
      return allOf([...tries, ['missing', await signOutWith(victim, JSON_TYPE)]]);
    },
  ),

  attack(
    'AT-33',
    'the right Origin with a browser that says otherwise, and the reverse',
    FORBIDDEN,
    async (arena) => {
      const victim = await arena.signedIn();
      const own = { ...JSON_TYPE, origin: arena.origin };
      const evil = { ...JSON_TYPE, origin: 'https://evil.test' };
      const tries = [
        ['cross-site', { ...own, 'sec-fetch-site': 'cross-site' }],
        ['same-site', { ...own, 'sec-fetch-site': 'same-site' }],
        ['none', { ...own, 'sec-fetch-site': 'none' }],
        ['upper case', { ...own, 'sec-fetch-site': 'Same-Origin' }],
        ['empty', { ...own, 'sec-fetch-site': '' }],
        ['a list', { ...own, 'sec-fetch-site': 'same-origin, cross-site' }],
        ['same-origin and a foreign Origin', { ...evil, 'sec-fetch-site': 'same-origin' }],
        ['same-origin and no Origin', { ...JSON_TYPE, 'sec-fetch-site': 'same-origin' }],
      ] as const;
      return allOf(
        await eachOf(tries, async ([name, headers]) => [name, await signOutWith(victim, headers)]),
      );
    },
  ),

  attack(
    'AT-34',
    'a call with the victim’s cookie and a token of another session against CSRF',
    FORBIDDEN,
    async (arena) => {
      const [victim, attacker] = [await arena.signedIn(), await arena.signedIn()];
      // There is no CSRF header here: whatever it says, the Origin decides.
      const evil = { ...JSON_TYPE, origin: 'https://evil.test' };
      return allOf([
        ['another session’s', await signOutWith(victim, { ...evil, 'x-csrf': attacker.token })],
        [
          'the victim’s own',
          await signOutWith(victim, { ...evil, 'x-csrf': victim.token, 'x-csrf-token': victim.token }),
        ],
        [
          'a custom header alone',
          await signOutWith(victim, { ...evil, 'x-requested-with': 'XMLHttpRequest' }),
        ],
      ]);
    },
  ),

  attack(
    'AT-35',
    'signing a victim in as the attacker, or out, from another page',
    'no cookie set, still signed in: 403 forbidden',
    async (arena) => {
      const [victim, attacker] = [await arena.signedIn(), await arena.person()];
      const stranger = arena.visitor();
      const evil = { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' };
      const { email, password } = attacker;
      const answers = await Promise.all([
        stranger.post('session.signIn', { email, password }, evil),
        victim.post('session.signIn', { email, password }, evil),
        stranger.post('account.signUp', { email: newEmail(), password: newPassword() }, evil),
        victim.post('session.signOut', {}, evil),
        victim.post('session.revokeAll', {}, evil),
      ]);
      const set = answers.some(({ cookies }) => cookies.length > 0) ? 'a cookie was set' : 'no cookie set';
      const after = outcome(await victim.session()) === '204' ? 'still signed in' : 'signed out';
      return `${set}, ${after}: ${allOf(answers.map((answer, at) => [`call ${at}`, outcome(answer)]))}`;
    },
  ),

  attack(
    'AT-36',
    'reading answers from another origin',
    'no CORS header on any, Vary: Origin on each',
    async (arena) => {
      const victim = await arena.signedIn();
      const names = [
        'access-control-allow-origin',
        'access-control-allow-credentials',
        'access-control-allow-headers',
        'access-control-allow-methods',
      ];
      const asked = {
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type, x-evil',
      };
      const origins = ['https://evil.test', 'null', `${arena.origin}.evil.test`, 'http://localhost'];
      const answers = await Promise.all(
        origins.flatMap((origin) => [
          victim.get('account.me', undefined, { origin }),
          victim.session({ origin }),
          victim.ask('/trpc/session.signIn', { method: 'OPTIONS', headers: { origin, ...asked } }),
          victim.ask('/v1/verify', { method: 'OPTIONS', headers: { origin, ...asked } }),
        ]),
      );
      const found = allOf(answers.map((answer, at) => [`answer ${at}`, without(answer, names)]));
      const vary = allOf(
        answers.map((answer, at) => [`answer ${at}`, String(/\borigin\b/i.test(answer.headers.vary ?? ''))]),
      );
      return `${found === 'none' ? 'no CORS header on any' : found}, ${vary === 'true' ? 'Vary: Origin on each' : `Vary: ${vary}`}`;
    },
  ),
];
