import { randomBytes } from 'node:crypto';
import { type Arena, newEmail, newPassword, type Person } from '../arena.ts';
import { allOf, attack, type Case, eachOf } from '../case.ts';
import { type Answer, outcome } from '../client/ask.ts';

const INVALID = '400 verification_invalid';

/** Asks for a reset and gives the secret of its link, the newest of so many. */
const resetLink = async (arena: Arena, { email }: Pick<Person, 'email'>, count = 1): Promise<string> => {
  await arena.visitor().post('account.requestPasswordReset', { email });
  return arena.link(email, 'reset-password', count);
};

const useLink = (arena: Arena, token: string, password = newPassword()): Promise<Answer> =>
  arena.visitor().post('account.resetPassword', { token, newPassword: arena.secret(password) });

const signsIn = async (arena: Arena, email: string, password: string): Promise<boolean> => {
  const answer = await arena.visitor().post('session.signIn', { email, password, transport: 'bearer' });
  return answer.status === 200;
};

export const linkCases: Case[] = [
  attack('AT-5', 'guessed, cut and changed reset secrets', '400, never accepted, no hash', async (arena) => {
    const token = await resetLink(arena, await arena.person());
    const guesses = [
      randomBytes(32).toString('base64url'),
      randomBytes(31).toString('base64url'),
      randomBytes(33).toString('base64url'),
      token.slice(0, -1),
      `${token}A`,
      `${token.slice(0, 20)}${randomBytes(17).toString('base64url')}`.slice(0, token.length),
      token.toLowerCase(),
      token.toUpperCase(),
      `${token.slice(0, -1)}=`,
      ` ${token}`,
      Buffer.from(token, 'base64url').toString('hex'),
      '',
      '%',
      "' OR 1=1 --",
    ];
    let told = '';
    const hashes = await arena.counted(async (place) => {
      const tries = await eachOf(guesses, async (guess) => {
        const visitor = arena.visitor({ place });
        const answer = await visitor.post('account.resetPassword', {
          token: guess,
          newPassword: newPassword(),
        });
        return [guess.slice(0, 12), `${answer.status}, never accepted`] as const;
      });
      told = allOf(tries);
    });
    return `${told}, ${hashes === 0 ? 'no hash' : `${hashes} hashes`}`;
  }),

  attack('AT-5', 'guessing at reset secrets from one address', '429 rate_limited', async (arena) => {
    const visitor = arena.visitor();
    for (let attempt = 0; attempt < 60; attempt += 1) {
      const token = randomBytes(32).toString('base64url');
      const answer = await visitor.post('account.resetPassword', { token, newPassword: newPassword() });
      if (answer.status !== 400) return outcome(answer);
    }
    return '60 guesses, none refused';
  }),

  attack(
    'AT-6',
    'a reset link that was used, overtaken, or whose account has changed',
    INVALID,
    async (arena) => {
      const used = await arena.person();
      const token = await resetLink(arena, used);
      await useLink(arena, token);
      const overtaken = await arena.person();
      const [older, newer] = [await resetLink(arena, overtaken), await resetLink(arena, overtaken, 2)];
      await useLink(arena, newer);
      const deleted = await arena.signedIn();
      const lost = await resetLink(arena, deleted.person);
      await deleted.post('account.delete', { password: deleted.person.password });
      const changed = await arena.signedIn();
      const stale = await resetLink(arena, changed.person);
      await changed.post('account.changePassword', {
        currentPassword: changed.person.password,
        newPassword: newPassword(),
      });
      const moved = await arena.signedIn();
      const before = await resetLink(arena, moved.person);
      const to = newEmail();
      await moved.post('account.requestEmailChange', { newEmail: to });
      await moved.post('account.confirmEmailChange', { token: await arena.link(to, 'confirm-email-change') });
      const tries = {
        used: token,
        overtaken: older,
        deleted: lost,
        'password changed': stale,
        'e-mail changed': before,
      };
      return allOf(
        await eachOf(Object.entries(tries), async ([name, secret]) => [
          name,
          outcome(await useLink(arena, secret)),
        ]),
      );
    },
  ),

  attack(
    'AT-7',
    'one link used fifty times at once on three instances',
    '1 success, 49 refused, the winner’s password',
    async (arena) => {
      const person = await arena.person();
      const token = await resetLink(arena, person);
      const passwords = Array.from({ length: 50 }, () => newPassword());
      const answers = await eachOf(
        passwords,
        (password, at) => {
          const place = arena.places[at % 3] ?? arena.door;
          const visitor = arena.visitor({ place });
          return visitor.post('account.resetPassword', { token, newPassword: password });
        },
        50,
      );
      const won = answers.flatMap(({ status }, at) => (status === 200 ? [at] : []));
      // One that had to wait too long for its hash is refused with 503, and has done nothing either.
      const lost = answers.filter(({ status }) => status === 400 || status === 503).length;
      const isWinners = won.length > 0 && (await signsIn(arena, person.email, passwords[won[0] ?? 0] ?? ''));
      return `${won.length} success, ${lost} refused, ${isWinners ? 'the winner’s password' : 'another password'}`;
    },
    'alone',
  ),

  attack(
    'AT-8',
    'a link of one account with the address of another',
    '400 input_invalid, neither password changed',
    async (arena) => {
      const [mine, victim] = [await arena.signedIn(), await arena.signedIn()];
      const token = await resetLink(arena, mine.person);
      const password = newPassword();
      const fields = {
        email: victim.person.email,
        accountId: victim.person.accountId,
        userId: victim.person.accountId,
        id: victim.person.accountId,
      };
      const tries = await eachOf(Object.entries(fields), async ([name, value]) => {
        const visitor = arena.visitor();
        const answer = await visitor.post('account.resetPassword', {
          token,
          newPassword: password,
          [name]: value,
        });
        return [name, outcome(answer)] as const;
      });
      const changed = await eachOf([mine, victim], ({ person }) => signsIn(arena, person.email, password));
      return `${allOf(tries)}, ${changed.includes(true) ? 'a password was changed' : 'neither password changed'}`;
    },
  ),

  attack(
    'AT-58',
    'killing a victim’s good link by asking for more',
    'the first link works',
    async (arena) => {
      const person = await arena.person();
      const first = await resetLink(arena, person);
      for (let more = 0; more < 8; more += 1)
        await arena.visitor().post('account.requestPasswordReset', { email: person.email });
      const password = newPassword();
      const answer = await useLink(arena, first, password);
      return answer.status === 200 && (await signsIn(arena, person.email, password))
        ? 'the first link works'
        : outcome(answer);
    },
  ),

  attack(
    'AT-109',
    'what is left of a deleted account',
    'tokens 401 session_revoked, links 400 verification_invalid, password 401 credentials_invalid, a new account is another',
    async (arena) => {
      const cookie = await arena.signedIn();
      const { person } = cookie;
      const bearer = await arena.signedIn({ person, transport: 'bearer' });
      const link = await resetLink(arena, person);
      await cookie.ask('/trpc/account.delete', {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: arena.origin },
        body: JSON.stringify({ password: person.password }),
      });
      const probe = arena.visitor();
      const tokens = allOf([
        ['cookie', outcome(await probe.session({ cookie: `__Host-portcullis=${cookie.token}` }))],
        ['bearer', outcome(await bearer.session())],
        ['refresh', outcome(await probe.post('session.refresh', { refreshToken: bearer.refreshToken }))],
      ]);
      const { email, password } = person;
      const signIn = outcome(await probe.post('session.signIn', { email, password }));
      const used = outcome(await useLink(arena, link));
      const again = arena.visitor();
      await again.post('account.signUp', { email, password });
      await again.post('account.verifyEmail', { token: await arena.link(email, 'verify-email', 2) });
      const { data } = await again.post('session.signIn', { email, password });
      const id = (data?.['account'] as { id?: string } | undefined)?.id;
      const fresh =
        id !== undefined && id !== person.accountId
          ? 'a new account is another'
          : 'a new account is the old one';
      return `tokens ${tokens}, links ${used}, password ${signIn}, ${fresh}`;
    },
  ),

  attack('AT-110', 'times that the client sends', '400 input_invalid', async (arena) => {
    const owner = await arena.signedIn();
    const { email, password } = owner.person;
    const at = '2099-01-01T00:00:00Z';
    const visitor = arena.visitor();
    return allOf([
      ['expiresAt', outcome(await visitor.post('session.signIn', { email, password, expiresAt: at }))],
      ['now', outcome(await visitor.post('account.requestPasswordReset', { email, now: at }))],
      [
        'authenticatedAt',
        outcome(
          await owner.post('account.requestEmailChange', { newEmail: newEmail(), authenticatedAt: at }),
        ),
      ],
    ]);
  }),

  attack(
    'AT-111',
    'a reset in a browser that is signed in as the attacker',
    'no cookie set, the attacker’s session is still the attacker’s',
    async (arena) => {
      const [browser, victim] = [await arena.signedIn(), await arena.person()];
      const token = await resetLink(arena, victim);
      const answer = await browser.post('account.resetPassword', { token, newPassword: newPassword() });
      const { data } = await browser.get('account.me');
      const email = (data?.['account'] as { email?: string } | undefined)?.email;
      const set =
        answer.status === 200 && answer.cookies.length === 0
          ? 'no cookie set'
          : `${answer.status} ${answer.cookies.length} cookies`;
      return `${set}, the attacker’s session is ${email === browser.person.email ? 'still the attacker’s' : email}`;
    },
  ),

  attack('AT-113', 'a mail scanner that opens every link', 'each link still works', async (arena) => {
    const person = await arena.person();
    const token = await resetLink(arena, person);
    const visitor = arena.visitor();
    for (const path of [
      '/reset-password',
      `/reset-password?token=${token}`,
      `/trpc/account.resetPassword?token=${token}`,
    ])
      for (const method of ['GET', 'HEAD']) await visitor.ask(path, { method });
    const input = encodeURIComponent(JSON.stringify({ token, newPassword: newPassword() }));
    await visitor.ask(`/trpc/account.resetPassword?input=${input}`);
    const email = newEmail();
    const stranger = arena.visitor();
    await stranger.post('account.signUp', { email, password: newPassword() });
    const confirm = await arena.link(email, 'verify-email');
    await visitor.ask(`/verify-email?token=${confirm}`);
    await visitor.get('account.verifyEmail', { token: confirm });
    const used = await useLink(arena, token);
    const verified = await stranger.post('account.verifyEmail', { token: confirm });
    return used.status === 200 && verified.status === 200
      ? 'each link still works'
      : `${outcome(used)}, ${outcome(verified)}`;
  }),
];
