import { type Arena, newEmail, newPassword } from '../arena.ts';
import { allOf, attack, type Case, eachOf } from '../case.ts';
import type { Answer } from '../client/ask.ts';
import type { Place } from '../client/place.ts';

/** All that a stranger sees of an answer, without what is of the moment. */
const face = ({ status, rawHeaders, text, cookies }: Answer): string => {
  const names = rawHeaders.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
  const body = text
    .replaceAll(/"requestId":"[^"]*"/g, '"requestId":"…"')
    .replaceAll(/"retryAfterMs":\d+/g, '"retryAfterMs":…');
  const set = cookies.map((line) => line.replace(/=[^;]*/, '=…'));
  return JSON.stringify([status, names, body, set]);
};

/** `the same for all` when it is; else what differs. */
const compared = (faces: readonly (readonly [name: string, face: string])[]): string =>
  new Set(faces.map(([, text]) => text)).size === 1 ? 'the same for all' : allOf(faces);

/** Addresses of every kind that a stranger must not be able to tell apart. */
const makeAddresses = async (arena: Arena) => {
  const [known, disabled, deleted] = [await arena.person(), await arena.person(), await arena.signedIn()];
  const pending = newEmail();
  await arena.visitor().post('account.signUp', { email: pending, password: newPassword() });
  const { code, output } = await arena.cli('accounts', 'disable', disabled.email);
  if (code !== 0) throw new Error(output);
  await deleted.post('account.delete', { password: deleted.person.password });
  return {
    ...{
      known: known.email,
      unknown: newEmail(),
      disabled: disabled.email,
      pending,
      deleted: deleted.person.email,
    },
  };
};

const made = new WeakMap<Arena, ReturnType<typeof makeAddresses>>();

/** The same for all attacks: each of them tries each address once. */
const addressesOf = (arena: Arena): ReturnType<typeof makeAddresses> => {
  const there = made.get(arena) ?? makeAddresses(arena);
  made.set(arena, there);
  return there;
};

type Ask = (email: string, place: Place, from: string) => Promise<Answer>;

/** The face of the answer for each kind, and what each costs in hashes. */
const comparedForAll = async (arena: Arena, emails: Record<string, string>, ask: Ask): Promise<string> => {
  const seen: (readonly [string, string])[] = [];
  const costs: (readonly [string, string])[] = [];
  for (const [kind, email] of Object.entries(emails)) {
    const hashes = await arena.counted(async (place) => {
      seen.push([kind, face(await ask(email, place, arena.address()))]);
    });
    costs.push([kind, String(hashes)]);
  }
  return `${compared(seen)}, hashes ${allOf(costs)}`;
};

export const enumerationCases: Case[] = [
  attack(
    'AT-1',
    'a wrong password for addresses of every kind',
    'the same for all, hashes 1',
    async (arena) => {
      const emails = await addressesOf(arena);
      return comparedForAll(arena, emails, (email, place, from) =>
        arena.visitor({ place, from }).post('session.signIn', { email, password: newPassword() }),
      );
    },
  ),

  attack(
    'AT-2',
    'a sign-up with an address that is taken',
    'the same for all, hashes 1; the owner is told, the account stays',
    async (arena) => {
      const owner = await arena.person();
      const emails = { taken: owner.email, free: newEmail() };
      const seen = await comparedForAll(arena, emails, (email, place, from) =>
        arena.visitor({ place, from }).post('account.signUp', { email, password: newPassword() }),
      );
      await arena.mailbox.waitFor(() => arena.mailsTo(owner.email).length >= 2, 40_000);
      const [notice] = arena.mailsTo(owner.email);
      const told =
        notice?.text.includes('verify-email#') === true ? 'the owner gets a link' : 'the owner is told';
      const { email, password } = owner;
      const { status } = await arena.visitor().post('session.signIn', { email, password });
      return `${seen}; ${told}, ${status === 200 ? 'the account stays' : 'the account is changed'}`;
    },
  ),

  attack(
    'AT-3',
    'a forgotten password for addresses of every kind',
    'the same for all, hashes 0; a link to the known alone',
    async (arena) => {
      const emails = await addressesOf(arena);
      const seen = await comparedForAll(arena, emails, (email, place, from) =>
        arena.visitor({ place, from }).post('account.requestPasswordReset', { email }),
      );
      await arena.link(emails.known, 'reset-password');
      // The worker takes jobs in their order: whatever the others were to get was sent before this one.
      const last = await arena.person();
      await arena.visitor().post('account.requestPasswordReset', { email: last.email });
      await arena.link(last.email, 'reset-password');
      const mailed = Object.entries(emails)
        .filter(([, email]) => arena.mailsTo(email).some(({ text }) => text.includes('/reset-password#')))
        .map(([kind]) => kind);
      return `${seen}; a link to the ${mailed.join(' and the ')} alone`;
    },
  ),

  attack('AT-4', 'the limit on wrong passwords as an oracle', 'the same for all', async (arena) => {
    const emails = { known: (await arena.person()).email, unknown: newEmail() };
    const ladders = await eachOf(Object.entries(emails), async ([kind, email]) => {
      const visitor = arena.visitor();
      const steps: string[] = [];
      for (let attempt = 0; attempt < 14; attempt += 1) {
        const answer = await visitor.post('session.signIn', { email, password: newPassword() });
        steps.push(face(answer));
      }
      // Which answers there are, not at which step: an instance that Redis does not answer in time has a share of its own.
      return [kind, [...new Set(steps)].toSorted().join()] as const;
    });
    return compared(ladders);
  }),

  attack(
    'AT-4',
    'asking for another confirmation, for addresses of every kind',
    'the same for all, hashes 0',
    async (arena) => {
      const emails = await addressesOf(arena);
      return comparedForAll(arena, emails, (email, place, from) =>
        arena.visitor({ place, from }).post('account.requestEmailVerification', { email }),
      );
    },
  ),

  attack(
    'AT-4',
    'a change of e-mail to an address that is taken',
    'the same for all, hashes 0',
    async (arena) => {
      const owner = await arena.signedIn();
      const emails = { taken: (await arena.person()).email, free: newEmail() };
      return comparedForAll(arena, emails, (newAddress, place) =>
        owner.at(place).post('account.requestEmailChange', { newEmail: newAddress }),
      );
    },
  ),

  attack(
    'AT-48',
    'one address in many spellings, and others that only look like it',
    'one account in every case of letters, look-alikes 400 or apart',
    async (arena) => {
      const { email, password } = await arena.person();
      const [local = '', domain = ''] = email.split('@');
      const visitor = arena.visitor();
      const upper = await visitor.post('session.signIn', { email: email.toUpperCase(), password });
      const others = [
        `${local}+tag@${domain}`,
        `${local.slice(0, 3)}.${local.slice(3)}@${domain}`,
        `${email}.`,
        `\uff50${local.slice(1)}@${domain}`,
        `${local}@example\u3002test`,
        `${local}\u200b@${domain}`,
        `\u202e${email}`,
        `${local}@ex\u0430mple.test`,
        `${local}@EXAMPLE.TEST\u0000`,
        ` ${email}`,
        `${email} `,
        `${local}@[127.0.0.1]`,
        `"${local}"@${domain}`,
        `${local}(comment)@${domain}`,
      ];
      const tries = await eachOf(others, async (address) => {
        const { status } = await arena.visitor().post('session.signIn', { email: address, password });
        return [
          address,
          status === 400 || status === 401 ? 'look-alikes 400 or apart' : String(status),
        ] as const;
      });
      const same =
        upper.status === 200 ? 'one account in every case of letters' : `upper case ${upper.status}`;
      return `${same}, ${allOf(tries)}`;
    },
  ),

  attack(
    'AT-48',
    'a reset that is asked for in another spelling',
    'the mail goes to the stored address',
    async (arena) => {
      const { email } = await arena.person();
      await arena.visitor().post('account.requestPasswordReset', { email: email.toUpperCase() });
      await arena.link(email, 'reset-password');
      const to = arena.mailsTo(email)[0] as unknown as { to: { Address: string }[] };
      return to.to[0]?.Address === email ? 'the mail goes to the stored address' : `to ${to.to[0]?.Address}`;
    },
  ),

  attack('AT-49', 'letters that become others in lower case', '400', async (arena) => {
    const { email, password } = await arena.person();
    const [local = '', domain = ''] = email.split('@');
    const tries = [
      '\u0130',
      '\u0131',
      '\u00df',
      '\u1e9e',
      '\u017f',
      '\u212a',
      '\ufb00',
      '\uff21',
      '\u03c2',
    ].flatMap((letter) => [`${letter}${local}@${domain}`, `${local}@${letter}${domain}`]);
    const procedures = ['account.signUp', 'account.requestPasswordReset', 'session.signIn'];
    return allOf(
      await eachOf(tries, async (address) => {
        const visitor = arena.visitor({ place: arena.places[0] });
        const answers = await eachOf(procedures, (name, at) =>
          visitor.post(name, at === 1 ? { email: address } : { email: address, password }),
        );
        return [
          address,
          allOf(answers.map(({ status }, at) => [procedures[at] ?? '', String(status)])),
        ] as const;
      }),
    );
  }),
];
