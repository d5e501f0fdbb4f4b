import { type Arena, newEmail, newPassword, type SignedIn } from '../arena.ts';
import { allOf, attack, type Case } from '../case.ts';
import { outcome } from '../client/ask.ts';

const INVALID = '400 verification_invalid';

const change = async (arena: Arena, who: SignedIn, to: string): Promise<string> => {
  await who.post('account.requestEmailChange', { newEmail: to });
  return arena.link(to, 'confirm-email-change');
};

const signIn = (arena: Arena, email: string, password: string) =>
  arena.visitor().post('session.signIn', { email, password, transport: 'bearer' });

export const emailChangeCases: Case[] = [
  attack(
    'AT-98',
    'an attacker signs up with the victim’s address first',
    'his password, his sessions and his link are worth nothing',
    async (arena) => {
      const email = newEmail();
      const [evil, own] = [newPassword(), newPassword()];
      const attacker = arena.visitor();
      await attacker.post('account.signUp', { email, password: evil });
      const first = await arena.link(email, 'verify-email');
      // The victim clicks on the attacker's mail in his own browser, then signs up himself.
      const victim = arena.visitor();
      const adopted = await victim.post('account.verifyEmail', { token: first });
      if (adopted.status === 200) return 'his password is the account’s';
      await victim.post('account.signUp', { email, password: own });
      const second = await arena.link(email, 'verify-email', 2);
      const stolen = await attacker.post('account.verifyEmail', { token: second, password: evil });
      const verified = await victim.post('account.verifyEmail', { token: second });
      const late = await attacker.post('account.verifyEmail', { token: first, password: evil });
      const [theirs, mine] = [await signIn(arena, email, evil), await signIn(arena, email, own)];
      const worthless =
        adopted.status === 401 && stolen.status === 401 && late.status === 400 && theirs.status === 401;
      return worthless && verified.status === 200 && mine.status === 200
        ? 'his password, his sessions and his link are worth nothing'
        : [adopted, stolen, verified, late, theirs, mine].map(outcome).join(', ');
    },
  ),

  attack(
    'AT-100',
    'a change of e-mail without a recent proof of the password',
    'fresh 200, later 401 step_up_required',
    async (arena) => {
      // This instance wants a proof that is at most 30 seconds old.
      const { followed } = await arena.rotated();
      const owner = await arena.signedIn({ place: followed });
      const ask = async () =>
        outcome(await owner.post('account.requestEmailChange', { newEmail: newEmail() }));
      const fresh = await ask();
      await new Promise((resolve) => setTimeout(resolve, 31_000));
      return `fresh ${fresh}, later ${await ask()}`;
    },
    'waits',
  ),

  attack(
    'AT-100',
    'two changes of e-mail at once, and links of before',
    `one wins, the other ${INVALID}, a reset link of before ${INVALID}`,
    async (arena) => {
      const owner = await arena.signedIn();
      const { email } = owner.person;
      await arena.visitor().post('account.requestPasswordReset', { email });
      const reset = await arena.link(email, 'reset-password');
      const [one, two] = [newEmail(), newEmail()];
      const links = [await change(arena, owner, one), await change(arena, owner, two)];
      const answers = await Promise.all(
        links.map((token, at) =>
          arena
            .visitor({ place: arena.places[at] ?? arena.door })
            .post('account.confirmEmailChange', { token }),
        ),
      );
      const won = answers.filter(({ status }) => status === 200).length;
      const other = answers.find(({ status }) => status !== 200);
      const used = await arena
        .visitor()
        .post('account.resetPassword', { token: reset, newPassword: newPassword() });
      return `${won === 1 ? 'one wins' : `${won} win`}, the other ${other === undefined ? 'too' : outcome(other)}, a reset link of before ${outcome(used)}`;
    },
  ),

  attack(
    'AT-100',
    'a thief changes the address: the old one is told and takes it back',
    'told, 200, the thief is out, his link 400 verification_invalid, a reset is needed',
    async (arena) => {
      const owner = await arena.signedIn();
      const { email, password } = owner.person;
      const thief = await arena.signedIn({ person: owner.person });
      const to = newEmail();
      const token = await change(arena, thief, to);
      const confirmed = await thief.post('account.confirmEmailChange', { token });
      if (confirmed.status !== 200) return outcome(confirmed);
      const again = await change(arena, thief, newEmail());
      const undo = await arena.link(email, 'undo-email-change');
      const undone = await arena.visitor().post('account.undoEmailChange', { token: undo });
      const out = (await thief.session()).status === 401 ? 'the thief is out' : 'the thief is in';
      const late = await arena.visitor().post('account.confirmEmailChange', { token: again });
      const old = await signIn(arena, email, password);
      return `told, ${outcome(undone)}, ${out}, his link ${outcome(late)}, ${old.status === 401 ? 'a reset is needed' : 'the password still works'}`;
    },
  ),

  attack(
    'AT-100',
    'a change of e-mail to an address that is taken',
    'the answer of any other, the owner is told, nothing changes',
    async (arena) => {
      const [owner, taken] = [await arena.signedIn(), await arena.person()];
      const before = arena.mailsTo(taken.email).length;
      const answer = await owner.post('account.requestEmailChange', { newEmail: taken.email });
      await arena.mailbox.waitFor(() => arena.mailsTo(taken.email).length > before, 40_000);
      const [mail] = arena.mailsTo(taken.email);
      const told =
        mail?.text.includes('confirm-email-change#') === true
          ? 'the owner gets the link'
          : 'the owner is told';
      const { data } = await owner.get('account.me');
      const same = (data?.['account'] as { email?: string } | undefined)?.email === owner.person.email;
      return `${answer.status === 200 ? 'the answer of any other' : allOf([['answer', outcome(answer)]])}, ${told}, ${same ? 'nothing changes' : 'the address is changed'}`;
    },
  ),
];
