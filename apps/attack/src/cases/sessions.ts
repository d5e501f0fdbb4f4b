import { request } from 'node:http';
import { connectTo } from '../client/place.ts';
import { type Arena, newEmail, newPassword, type SignedIn } from '../arena.ts';
import { allOf, attack, type Case, eachOf } from '../case.ts';
import { outcome } from '../client/ask.ts';

const LONGEST_MS = 60_000;

/** An open stream of events; settles with what it said when it is over. */
const openStream = (arena: Arena, who: SignedIn): Promise<{ status: number; ended: Promise<string> }> =>
  new Promise((resolve, reject) => {
    const cookie = [...who.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const sent = request(
      {
        ...{
          path: '/trpc/session.events',
          headers: { host: arena.door.host, cookie, accept: 'text/event-stream' },
        },
        createConnection: () => connectTo(arena.door, who.from),
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => (text += part));
        const ended = new Promise<string>((over) => {
          const late = setTimeout(() => sent.destroy(), LONGEST_MS);
          response.on('close', () => {
            clearTimeout(late);
            over(response.complete ? text : `still open after ${LONGEST_MS} ms`);
          });
          response.on('error', () => undefined);
        });
        resolve({ status: response.statusCode ?? 0, ended });
      },
    );
    sent.on('error', reject);
    sent.end();
  });

export const sessionCases: Case[] = [
  attack(
    'AT-25',
    'an old token right after a reset, on every instance',
    '401 session_revoked',
    async (arena) => {
      const victim = await arena.signedIn();
      const bearer = await arena.signedIn({ person: victim.person, transport: 'bearer' });
      // Connections that are kept, and whatever each instance remembers of the token.
      await eachOf(arena.places, async (place) => [
        await victim.at(place).session(),
        await bearer.at(place).session(),
      ]);
      await arena.visitor().post('account.requestPasswordReset', { email: victim.person.email });
      const token = await arena.link(victim.person.email, 'reset-password');
      const reset = await arena
        .visitor({ place: arena.places[0] })
        .post('account.resetPassword', { token, newPassword: newPassword() });
      if (reset.status !== 200) return `the reset: ${outcome(reset)}`;
      const after = await eachOf(
        [...arena.places, ...arena.places],
        async (place, at) => {
          const who = at < arena.places.length ? victim : bearer;
          return [`place ${at}`, outcome(await who.at(place).session())] as const;
        },
        6,
      );
      return allOf(after);
    },
  ),

  attack(
    'AT-25',
    'a stream of events that was open before the reset',
    'ends, and tells why',
    async (arena) => {
      const victim = await arena.signedIn();
      const stream = await openStream(arena, victim);
      await arena.visitor().post('account.requestPasswordReset', { email: victim.person.email });
      const token = await arena.link(victim.person.email, 'reset-password');
      await arena.visitor().post('account.resetPassword', { token, newPassword: newPassword() });
      const said = await stream.ended;
      return /password_changed|session_revoked/.test(said)
        ? 'ends, and tells why'
        : `${stream.status} ${said.slice(-200)}`;
    },
  ),

  attack(
    'AT-26',
    'a stolen token at another address and browser',
    'works, and the list shows whose session it is',
    async (arena) => {
      const owner = await arena.signedIn();
      const thief = arena.visitor();
      thief.cookies.set('__Host-portcullis', owner.token);
      const used = await thief.get('session.list', undefined, { 'user-agent': 'curl/8.0' });
      const { sessions } = used.data as { sessions: { current: boolean; ip: string }[] };
      const seen = sessions.length === 1 && sessions[0]?.ip === owner.from;
      return used.status === 200 && seen
        ? 'works, and the list shows whose session it is'
        : `${outcome(used)} ${JSON.stringify(sessions)}`;
    },
  ),

  attack(
    'AT-81',
    'ending a session of somebody else',
    '404 not_found, alike for an unknown one, which stays alive',
    async (arena) => {
      const [attacker, victim] = [await arena.signedIn(), await arena.signedIn()];
      const foreign = await attacker.post('session.revoke', { sessionId: victim.sessionId });
      const unknown = await attacker.post('session.revoke', { sessionId: `${'A'.repeat(42)}E` });
      const strip = (text: string) => text.replace(/"requestId":"[^"]*"/, '');
      const alike =
        strip(foreign.text) === strip(unknown.text)
          ? 'alike for an unknown one'
          : 'another answer for an unknown one';
      const after = (await victim.session()).status === 204 ? 'which stays alive' : 'which is over';
      return `${outcome(foreign)}, ${alike}, ${after}`;
    },
  ),

  attack(
    'AT-82',
    'ending a session twice, and the own one',
    'twice 200, the own one 200, then 401 session_revoked',
    async (arena) => {
      const owner = await arena.signedIn();
      const other = await arena.signedIn({ person: owner.person });
      const revoke = (sessionId: string) => owner.post('session.revoke', { sessionId });
      const twice = allOf([
        ['first', outcome(await revoke(other.sessionId))],
        ['second', outcome(await revoke(other.sessionId))],
      ]);
      const { token } = owner;
      const own = outcome(await revoke(owner.sessionId));
      const probe = arena.visitor();
      probe.cookies.set('__Host-portcullis', token);
      return `twice ${twice}, the own one ${own}, then ${outcome(await probe.session())}`;
    },
  ),

  attack(
    'AT-83',
    'tokens in lists, exports and answers',
    'no token, an id that is no credential',
    async (arena) => {
      const owner = await arena.signedIn();
      const bearer = await arena.signedIn({ person: owner.person, transport: 'bearer' });
      const answers = [
        await owner.get('session.list'),
        await owner.get('account.export'),
        await owner.get('account.activity'),
        await owner.get('account.me'),
      ];
      const { email, password } = owner.person;
      const cookieAnswer = await arena.visitor().post('session.signIn', { email, password });
      const all = [...answers, cookieAnswer].map(({ text }) => text).join('\n');
      const [, , body = ''] = owner.token.split('.');
      const secrets = [
        owner.token,
        body,
        bearer.token,
        bearer.refreshToken,
        bearer.refreshToken.split('.')[1] ?? '',
        owner.person.password,
      ];
      const leak =
        secrets.some((secret) => secret !== '' && all.includes(secret)) ||
        /\$argon2|passwordHash|secretHash|"epoch"|v4\.public|accessToken/.test(all);
      const probe = arena.visitor();
      const asToken = [
        await probe.session({ authorization: `Bearer ${owner.sessionId}` }),
        await probe.session({ cookie: `__Host-portcullis=${owner.sessionId}` }),
      ];
      const credential = asToken.every(({ status }) => status === 401)
        ? 'an id that is no credential'
        : 'an id that is a credential';
      return `${leak ? 'a secret' : 'no token'}, ${credential}`;
    },
  ),

  attack(
    'AT-101',
    'a session id that outlives a change of password or a proof of it',
    'a new id, the old one 401 session_revoked',
    async (arena) => {
      const ways = [
        [
          'changePassword',
          (who: SignedIn) =>
            who.post('account.changePassword', {
              currentPassword: who.person.password,
              newPassword: newPassword(),
            }),
        ],
        [
          'reauthenticate',
          (who: SignedIn) => who.post('session.reauthenticate', { password: who.person.password }),
        ],
      ] as const;
      const tries = await eachOf(ways, async ([name, change]) => {
        const who = await arena.signedIn();
        const { token } = who;
        const { data } = await change(who);
        const id = (data?.['session'] as { id?: string } | undefined)?.id;
        const probe = arena.visitor();
        probe.cookies.set('__Host-portcullis', token);
        const fresh = id !== undefined && id !== who.sessionId && (await who.session()).status === 204;
        return [
          name,
          `${fresh ? 'a new id' : 'the same id'}, the old one ${outcome(await probe.session())}`,
        ] as const;
      });
      return allOf(tries);
    },
  ),

  attack(
    'AT-108',
    'an account that was never confirmed',
    '401 email_unverified with its password, else 401 credentials_invalid',
    async (arena) => {
      const [email, password] = [newEmail(), newPassword()];
      const visitor = arena.visitor();
      await visitor.post('account.signUp', { email, password });
      const right = await visitor.post('session.signIn', { email, password });
      const wrong = await visitor.post('session.signIn', { email, password: newPassword() });
      return `${outcome(right)} with its password, else ${outcome(wrong)}`;
    },
  ),
];
