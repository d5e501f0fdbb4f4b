import { type Arena, newEmail, newPassword } from '../arena.ts';
import { allOf, attack, type Case, eachOf } from '../case.ts';
import { outcome } from '../client/ask.ts';

/*
 * An instance that Redis does not answer in time goes on with a share of its own, so a busy machine may let through twice
 * the limit. Without a limit, or with one that parallel guesses can share, all of them would get through.
 */

/** Guesses at one account, each from where it is told; how many of them cost a hash of the watched instance. */
const guess = async (
  arena: Arena,
  email: string,
  count: number,
  from: (at: number) => string,
  atOnce: number,
) => {
  const answers: string[] = [];
  const hashes = await arena.counted(async (place) => {
    const all = await eachOf(
      Array.from({ length: count }, (_, at) => at),
      async (at) =>
        outcome(
          await arena
            .visitor({ place, from: from(at) })
            .post('session.signIn', { email, password: newPassword() }),
        ),
      atOnce,
    );
    answers.push(...all);
  });
  return { hashes, answers };
};

export const limitCases: Case[] = [
  attack(
    'AT-54',
    '200 sign-ins at once for different accounts',
    'some served, the rest 429 or 503 with Retry-After; every session check 204, alive',
    async (arena) => {
      const owner = await arena.signedIn({ place: arena.places[2] });
      let told = '';
      const checks: string[] = [];
      await arena.counted(async (place) => {
        let over = false;
        const flood = eachOf(
          Array.from({ length: 200 }, () => newEmail()),
          (email) => arena.visitor({ place }).post('session.signIn', { email, password: newPassword() }),
          200,
        ).finally(() => (over = true));
        const watch = async () => {
          while (!over) {
            checks.push(outcome(await owner.at(place).session()));
            checks.push((await fetch(`http://127.0.0.1:${arena.places[2].ops}/livez`)).ok ? '204' : 'dead');
          }
        };
        const [answers] = await Promise.all([flood, watch()]);
        const served = answers.filter(({ status }) => status === 401).length;
        const rest = answers.filter(({ status }) => status !== 401);
        const fine = rest.every(
          ({ status, headers }) => [429, 503].includes(status) && headers['retry-after'] !== undefined,
        );
        told = `${served > 0 ? 'some served' : 'none served'}, the rest ${fine ? '429 or 503 with Retry-After' : rest.map(outcome).join()}`;
      });
      return `${told}; every session check ${allOf(checks.map((check, at) => [`check ${at}`, check]))}, alive`;
    },
    'alone',
  ),

  attack(
    'AT-59',
    'locking a victim out by wrong passwords from many addresses',
    'the known device 200, a reset 200, then 200 from anywhere',
    async (arena) => {
      const { email, password } = await arena.person();
      const device = arena.visitor();
      await device.post('session.signIn', { email, password });
      await device.post('session.signOut', {});
      await guess(arena, email, 60, () => arena.address(), 8);
      const known = await device.post('session.signIn', { email, password });
      const stranger = arena.visitor();
      const asked = await stranger.post('account.requestPasswordReset', { email });
      if (asked.status !== 200) return `asking for a reset: ${outcome(asked)}`;
      const token = await arena.link(email, 'reset-password');
      const next = arena.secret(newPassword());
      const reset = await stranger.post('account.resetPassword', { token, newPassword: next });
      const anywhere = await arena.visitor().post('session.signIn', { email, password: next });
      return `the known device ${outcome(known)}, a reset ${outcome(reset)}, then ${outcome(anywhere)} from anywhere`;
    },
    'alone',
  ),

  attack(
    'AT-60',
    'one guess from each of many addresses at one account',
    'at most 40 hashes of 60 guesses, the others 429 rate_limited',
    async (arena) => {
      const { email } = await arena.person();
      const { hashes, answers } = await guess(arena, email, 60, () => arena.address(), 4);
      const others = answers.filter((answer) => answer !== '401 credentials_invalid');
      return `${hashes <= 40 ? 'at most 40 hashes' : `${hashes} hashes`} of 60 guesses, the others ${allOf(others.map((answer, at) => [String(at), answer]))}`;
    },
    'alone',
  ),

  attack(
    'AT-60',
    'the same at an address that has no account',
    'at most 40 hashes of 60 guesses, the others 429 rate_limited',
    async (arena) => {
      const { hashes, answers } = await guess(arena, newEmail(), 60, () => arena.address(), 4);
      const others = answers.filter((answer) => answer !== '401 credentials_invalid');
      return `${hashes <= 40 ? 'at most 40 hashes' : `${hashes} hashes`} of 60 guesses, the others ${allOf(others.map((answer, at) => [String(at), answer]))}`;
    },
    'alone',
  ),

  attack(
    'AT-61',
    'one password at many accounts from one address',
    'at most 40 hashes of 60 guesses, the others 429 rate_limited',
    async (arena) => {
      const visitorFrom = arena.address();
      const answers: string[] = [];
      const password = newPassword();
      const hashes = await arena.counted(async (place) => {
        const visitor = arena.visitor({ place, from: visitorFrom });
        const all = await eachOf(
          Array.from({ length: 60 }, () => newEmail()),
          async (email) => outcome(await visitor.post('session.signIn', { email, password })),
        );
        answers.push(...all);
      });
      const others = answers.filter((answer) => answer !== '401 credentials_invalid');
      return `${hashes <= 40 ? 'at most 40 hashes' : `${hashes} hashes`} of 60 guesses, the others ${allOf(others.map((answer, at) => [String(at), answer]))}`;
    },
    'alone',
  ),

  attack(
    'AT-62',
    'a hundred guesses at once on three instances',
    'at most twice the limit judged, the others 429 rate_limited',
    async (arena) => {
      const { email } = await arena.person();
      const from = arena.address();
      const answers = await eachOf(
        Array.from({ length: 100 }, (_, at) => at),
        async (at) => {
          const place = arena.places[at % 3] ?? arena.door;
          return outcome(
            await arena.visitor({ place, from }).post('session.signIn', { email, password: newPassword() }),
          );
        },
        100,
      );
      const judged = answers.filter((answer) => answer === '401 credentials_invalid').length;
      const others = answers.filter(
        (answer) => !/^(?:401 credentials_invalid|503 unavailable)$/.test(answer),
      );
      return `${judged <= 10 ? 'at most twice the limit judged' : `${judged} guesses judged`}, the others ${allOf(others.map((answer, at) => [String(at), answer]))}`;
    },
    'alone',
  ),

  attack(
    'AT-63',
    'guessing on after Redis has forgotten all counts',
    'at most twice the limit judged',
    async (arena) => {
      const { email } = await arena.person();
      const visitor = arena.visitor({ place: arena.places[0] });
      const untilRefused = async (): Promise<number> => {
        for (let judged = 0; judged < 30; judged += 1)
          if ((await visitor.post('session.signIn', { email, password: newPassword() })).status === 429)
            return judged;
        return 30;
      };
      const before = await untilRefused();
      await arena.emptyRedis();
      const judged = before + (await untilRefused());
      return judged <= 10 ? 'at most twice the limit judged' : `${judged} guesses judged`;
    },
    'alone',
  ),

  attack(
    'AT-63',
    'guessing on and on while Redis forgets again and again',
    'at most 100 judged, then only a reset helps, which does',
    async (arena) => {
      const { email, password } = await arena.person();
      let judged = 0;
      for (let round = 0; round < 16; round += 1) {
        await arena.emptyRedis();
        const { answers } = await guess(arena, email, 15, () => arena.address(), 4);
        const more = answers.filter((answer) => answer === '401 credentials_invalid').length;
        judged += more;
        if (more === 0) break;
      }
      await arena.emptyRedis();
      const right = await arena.visitor().post('session.signIn', { email, password });
      await arena.visitor().post('account.requestPasswordReset', { email });
      const token = await arena.link(email, 'reset-password');
      const next = arena.secret(newPassword());
      await arena.visitor().post('account.resetPassword', { token, newPassword: next });
      const after = await arena.visitor().post('session.signIn', { email, password: next });
      const only = right.status === 429 ? 'then only a reset helps' : `then ${outcome(right)}`;
      return `${judged <= 100 ? 'at most 100 judged' : `${judged} judged`}, ${only}, ${after.status === 200 ? 'which does' : outcome(after)}`;
    },
    'alone',
  ),
];
