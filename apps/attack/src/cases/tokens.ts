import { createHmac, createPublicKey, randomBytes } from 'node:crypto';
import { allOf, attack, type Case } from '../case.ts';
import { outcome, outcomeOf } from '../client/ask.ts';
import { assertionOf, forge, signingKey } from '../client/paseto.ts';
import { partsOf, present, whole } from './forged.ts';

const INVALID = '401 token_invalid';
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

export const tokenCases: Case[] = [
  attack('AT-13', 'a token with any one character changed', INVALID, async (arena) => {
    const { token } = await arena.signedIn({ transport: 'bearer', place: arena.places[0] });
    const changed = [...token].map((char, at) => {
      const index = ALPHABET.indexOf(char);
      const other = index < 0 ? 'A' : (ALPHABET[(index + 1 + (at % 62)) % 64] ?? 'A');
      return [`character ${at}`, `${token.slice(0, at)}${other}${token.slice(at + 1)}`] as const;
    });
    return present(arena, changed);
  }),

  attack('AT-14', 'a token under another version or purpose', INVALID, async (arena) => {
    const parts = await partsOf(arena);
    await whole(arena, parts);
    const body = parts.holder.token.slice('v4.public.'.length);
    const headers = ['v1.public.', 'v2.public.', 'v3.public.', 'v4.local.', 'v4c.public.', 'v5.public.'];
    const more = ['V4.public.', 'v4.PUBLIC.', 'v04.public.', 'v4.public..', '.v4.public.', 'v4.', ''];
    return present(
      arena,
      [...headers, ...more].map((header) => [header, `${header}${body}`] as const),
    );
  }),

  attack('AT-15', 'a v4.local token made with the public key as its key', INVALID, async (arena) => {
    const parts = await partsOf(arena);
    const jwk = createPublicKey(parts.key).export({ format: 'jwk' });
    const publicKey = Buffer.from(jwk.x ?? '', 'base64url');
    const nonce = randomBytes(32);
    const text = Buffer.from(JSON.stringify(parts.claims));
    // The construction is HMAC-like whatever the primitive: none of them may be tried with this key at all.
    const tag = createHmac('sha256', publicKey).update(nonce).update(text).digest();
    const body = Buffer.concat([nonce, text, tag]).toString('base64url');
    const footer = Buffer.from(parts.footer).toString('base64url');
    return present(arena, [
      ['local', `v4.local.${body}.${footer}`],
      ['as public', `v4.public.${body}.${footer}`],
      ['without footer', `v4.local.${body}`],
    ]);
  }),

  attack('AT-16', 'a JWT, JSON, a list, nothing', INVALID, async (arena) => {
    const { claims, key } = await partsOf(arena);
    const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const publicKey = createPublicKey(key).export({ type: 'spki', format: 'pem' }) as string;
    const signed = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded(claims)}`;
    const tokens = [
      ['alg none', `${encoded({ alg: 'none' })}.${encoded(claims)}.`],
      [
        'HS256 with the public key',
        `${signed}.${createHmac('sha256', publicKey).update(signed).digest('base64url')}`,
      ],
      ['JSON', JSON.stringify({ sid: claims['sid'] })],
      ['a list', '[]'],
      ['null', 'null'],
      ['undefined', 'undefined'],
      ['the session id alone', claims['sid'] ?? ''],
      ['the account id alone', claims['sub'] ?? ''],
      ['one dot', '.'],
    ] as const;
    return allOf([
      ['bearer', await present(arena, tokens)],
      ['cookie', await present(arena, tokens, 'cookie')],
      ['an empty bearer', await present(arena, [['empty', '']])],
    ]);
  }),

  attack('AT-17', 'a token cut at every length, and one far too long', INVALID, async (arena) => {
    const { token } = await arena.signedIn({ transport: 'bearer', place: arena.places[0] });
    const cut = Array.from(
      { length: token.length - 1 },
      (_, at) => [`${at + 1} characters`, token.slice(0, at + 1)] as const,
    );
    const long = [3_000, 9_000].map((size) => [`${size} characters`, `${token}${'A'.repeat(size)}`] as const);
    return present(arena, [...cut, ...long]);
  }),

  attack(
    'AT-17',
    'a token of 4 MB is refused by its header, and nobody waits',
    '431 or closed, others answered',
    async (arena) => {
      const visitor = arena.visitor({ place: arena.places[1] });
      const answer = await outcomeOf(
        visitor.session({ authorization: `Bearer ${'v4.public.'.padEnd(4_000_000, 'A')}` }),
      );
      const other = await arena.visitor({ place: arena.places[1] }).session();
      const refused = /^(?:431|400|no answer)/.test(answer) ? '431 or closed' : answer;
      return `${refused}, ${outcome(other) === '401 session_missing' ? 'others answered' : outcome(other)}`;
    },
  ),

  attack('AT-18', 'the same token in another spelling', INVALID, async (arena) => {
    const { holder, ...rest } = await partsOf(arena);
    // Base64url of a length that leaves bits which mean nothing: pad the footer's neighbour, the body, as it comes.
    const { token } = holder;
    const [, , body = '', footer = ''] = token.split('.');
    const bumped = (text: string) => {
      const last = ALPHABET.indexOf(text.at(-1) ?? 'A');
      return text.length % 4 === 0 ? null : `${text.slice(0, -1)}${ALPHABET[last ^ 1]}`;
    };
    const spelt = (b: string, f: string) => `v4.public.${b}.${f}`;
    const standard = Buffer.from(body, 'base64url').toString('base64');
    void rest;
    return present(arena, [
      ...(bumped(body) ? [['trailing bits of the body', spelt(bumped(body) ?? '', footer)] as const] : []),
      ...(bumped(footer)
        ? [['trailing bits of the footer', spelt(body, bumped(footer) ?? '')] as const]
        : []),
      ['padding', spelt(body, `${footer}=`)],
      ['padding of the body', spelt(`${body}=`, footer)],
      [
        'the standard alphabet',
        spelt(standard.includes('+') || standard.includes('/') ? standard : `${body}+`, footer),
      ],
      ['a dot at the end', `${token}.`],
      ['a further part', `${token}.AAAA`],
      ['a space inside', spelt(`${body.slice(0, 9)} ${body.slice(9)}`, footer)],
      ['a tab before', spelt(body, `\t${footer}`)],
      ['per cent', spelt(body, footer.replace(/.$/, '%41'))],
    ]);
  }),

  attack(
    'AT-19',
    'a footer that is another, too large, or names a key that is none',
    INVALID,
    async (arena) => {
      const parts = await partsOf(arena);
      const { key, claims, assertion, holder, footer } = parts;
      const other = await arena.signedIn({ transport: 'bearer', place: arena.places[0] });
      const kid = (JSON.parse(footer) as { kid: string }).kid;
      const under = (text: string) => forge(key, { claims, assertion, footer: text });
      const deep = `{"kid":${'['.repeat(100)}${']'.repeat(100)}}`;
      const [, , body = ''] = holder.token.split('.');
      return present(arena, [
        [
          'another token’s body',
          `v4.public.${other.token.split('.')[2]}.${Buffer.from('{"kid":"k4.pid.none"}').toString('base64url')}`,
        ],
        ['no footer', `v4.public.${body}`],
        ['an empty footer', `v4.public.${body}.`],
        ['an unknown key', under('{"kid":"k4.pid.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}')],
        ['a path', under('{"kid":"../../../etc/passwd"}')],
        ['SQL', under(`{"kid":"' OR 1=1 --"}`)],
        ['__proto__', under('{"kid":"__proto__"}')],
        ['constructor', under('{"kid":"constructor"}')],
        ['a list', under(`{"kid":["${kid}"]}`)],
        ['a name given twice', under(`{"kid":"x","kid":"${kid}"}`)],
        ['a wrapped key beside it', under(`{"kid":"${kid}","wpk":"k4.local-wrap.pie.AAAA"}`)],
        ['a space inside', under(`{"kid": "${kid}"}`)],
        ['deep JSON', under(deep)],
        ['1 MB', under(`{"kid":"${'A'.repeat(1_000)}"}`)],
        ['no JSON', under('kid')],
      ]);
    },
  ),

  attack('AT-20', 'a token of another use, or bound to another one', INVALID, async (arena) => {
    const parts = await partsOf(arena);
    const { key, claims, footer, holder } = parts;
    await whole(arena, parts);
    const bound = (assertion: string) => forge(key, { claims, footer, assertion });
    const uses = ['cookie', 'refresh', 'reset_password', 'verify_email', 'csrf', 'device', 'Bearer', ''];
    const reset = arena.visitor({ place: arena.places[0] });
    await reset.post('account.requestPasswordReset', { email: holder.person.email });
    const link = await arena.link(holder.person.email, 'reset-password');
    const cookie = await arena.signedIn({ person: holder.person, place: arena.places[0] });
    return allOf([
      [
        'bearer',
        await present(arena, [
          ...uses.map((use) => [`bound to ${use}`, bound(assertionOf(arena.origin, use))] as const),
          ['bound to nothing', bound('')],
          ['a reset link', link],
          ['a refresh token', holder.refreshToken],
          ['a cookie as bearer', cookie.token],
        ]),
      ],
      ['cookie', await present(arena, [['a bearer as cookie', holder.token]], 'cookie')],
    ]);
  }),

  attack('AT-21', 'a token of another deployment', INVALID, async (arena) => {
    const parts = await partsOf(arena);
    const { key, claims, footer, assertion } = parts;
    await whole(arena, parts);
    const foreign = signingKey((await arena.makeKeys())['PORTCULLIS_KEYS'] ?? '');
    const made = (changes: Record<string, unknown>, bound = assertion) =>
      forge(key, { claims: { ...claims, ...changes }, footer, assertion: bound });
    const elsewhere = 'https://staging.example.test';
    return present(arena, [
      ['signed by another key', forge(foreign, { claims, footer, assertion })],
      ['another issuer', made({ iss: elsewhere })],
      ['another audience', made({ aud: elsewhere })],
      ['both, and bound to it', made({ iss: elsewhere, aud: elsewhere }, assertionOf(elsewhere, 'bearer'))],
      ['no issuer', made({ iss: undefined })],
      ['several audiences', made({ aud: [claims['aud'], elsewhere] })],
    ]);
  }),

  attack(
    'AT-23',
    'a token whose times have passed, are yet to come, or are none',
    '401, never accepted',
    async (arena) => {
      const parts = await partsOf(arena);
      const { key, claims, footer, assertion } = parts;
      await whole(arena, parts);
      const made = (changes: Record<string, unknown>) =>
        forge(key, { claims: { ...claims, ...changes }, footer, assertion });
      const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
      const outcomes = await present(arena, [
        ['expired a second ago', made({ exp: at(-1) })],
        ['not before an hour from now', made({ nbf: at(3600) })],
        ['expires at no day', made({ exp: '2099-02-30T00:00:00Z' })],
        ['no end', made({ exp: undefined })],
        ['an end as a number', made({ exp: 4_102_444_800 })],
        ['an end without a zone', made({ exp: '2099-01-01T00:00:00' })],
        ['an end in another zone', made({ exp: '2099-01-01T00:00:00+00:00' })],
        ['a lower-case t', made({ exp: '2099-01-01t00:00:00z' })],
        ['no beginning', made({ nbf: undefined })],
        ['a null for an end', made({ exp: null })],
        ['year 99999', made({ exp: '+099999-01-01T00:00:00.000Z' })],
        ['claims in a list', forge(key, { claims: [claims], footer, assertion })],
        [
          'a claim given twice',
          forge(key, { claims: `{"sub":"x",${JSON.stringify(claims).slice(1)}`, footer, assertion }),
        ],
        ['no JSON', forge(key, { claims: 'claims', footer, assertion })],
      ]);
      return /^401 (?:token_invalid|session_expired)(?:, but 401 (?:token_invalid|session_expired) [^,]*)?$/.test(
        outcomes,
      )
        ? '401, never accepted'
        : outcomes;
    },
  ),

  attack(
    'AT-24',
    'a rightly signed token of a session that there is not, or of somebody else',
    '401, never accepted',
    async (arena) => {
      const parts = await partsOf(arena);
      const { key, claims, footer, assertion } = parts;
      await whole(arena, parts);
      const other = await partsOf(arena);
      const made = (changes: Record<string, unknown>) =>
        forge(key, { claims: { ...claims, ...changes }, footer, assertion });
      const unknown = randomBytes(32).toString('base64url');
      await other.holder.post('session.signOut');
      const outcomes = await present(arena, [
        ['no such session', made({ sid: unknown })],
        ['somebody else’s account', made({ sub: other.claims['sub'] })],
        ['somebody else’s session, which is over', made({ sid: other.claims['sid'] })],
        ['a session that was signed out', other.holder.token],
        ['an account that is none', made({ sub: '00000000-0000-7000-8000-000000000000' })],
        ['one claim more', made({ epoch: '999' })],
        ['an e-mail address', made({ email: 'a@example.test' })],
      ]);
      const reasons = /^401 \w+(?:, but 401 \w+ for [^,]*)*$/;
      return reasons.test(outcomes) ? '401, never accepted' : outcomes;
    },
  ),
];
