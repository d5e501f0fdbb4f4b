import { type Arena, newEmail, newPassword } from '../arena.ts';
import { allOf, attack, type Case, eachOf } from '../case.ts';
import { outcome } from '../client/ask.ts';

/** Every mail that somebody got, as it was sent. */
const received = (arena: Arena, email: string) =>
  arena.mailbox.mails().filter(({ to }) => to.some(({ Address }) => Address === email));

export const mailCases: Case[] = [
  attack(
    'AT-55',
    'further headers and receivers in an address or a name',
    'addresses 400, names in no header, one receiver',
    async (arena) => {
      const visitor = arena.visitor({ place: arena.places[0] });
      const [local, domain] = [newEmail().split('@')[0] ?? '', 'example.test'];
      const addresses = [
        `${local}@${domain}\r\nBcc: evil@evil.test`,
        `${local}@${domain}\nBcc: evil@evil.test`,
        `${local}@${domain}, evil@evil.test`,
        `${local}@${domain};evil@evil.test`,
        `<${local}@${domain}>`,
        `Ada <${local}@${domain}>`,
        `${local}@${domain}%0aBcc:evil@evil.test`,
        `=?utf-8?q?${local}?=@${domain}>`,
        `${local}@${domain} evil@evil.test`,
        `${local}@evil.test@${domain}`,
      ];
      const refused = await eachOf(addresses, async (email) => {
        const answers = [
          await visitor.post('account.signUp', { email, password: newPassword() }),
          await visitor.post('account.requestPasswordReset', { email }),
        ];
        return [email, allOf(answers.map(({ status }, at) => [String(at), String(status)]))] as const;
      });
      const email = newEmail();
      const name = 'Ada\r\nBcc: evil@evil.test\r\nSubject: You won';
      const signUp = await arena.visitor().post('account.signUp', { email, password: newPassword(), name });
      if (signUp.status !== 200)
        return `addresses ${allOf(refused)}, a name with a line break ${outcome(signUp)}`;
      await arena.link(email, 'verify-email');
      const [mail] = received(arena, email);
      const evil = arena.mailbox
        .mails()
        .some(({ to, cc, bcc }) => [...to, ...cc, ...bcc].some(({ Address }) => /evil/.test(Address)));
      const headers = JSON.stringify(mail?.headers ?? {});
      const named = /evil|You won/.test(`${headers}${mail?.subject}`)
        ? 'a name in a header'
        : 'names in no header';
      return `addresses ${allOf(refused)}, ${named}, ${!evil && mail?.to.length === 1 ? 'one receiver' : 'further receivers'}`;
    },
  ),

  attack('AT-56', 'HTML and addresses in a display name', 'nothing of it in any mail', async (arena) => {
    const email = newEmail();
    const name = 'Win <b>now</b> http://evil.test/win <img src=x onerror=alert(1)>';
    const visitor = arena.visitor();
    const password = newPassword();
    const signUp = await visitor.post('account.signUp', { email, password, name });
    if (signUp.status !== 200) return outcome(signUp);
    await visitor.post('account.verifyEmail', { token: await arena.link(email, 'verify-email') });
    await visitor.post('account.requestPasswordReset', { email });
    await arena.link(email, 'reset-password');
    const mails = received(arena, email);
    const found = mails.filter(({ text, html, subject }) =>
      /evil\.test|onerror|<b>now|Win /.test(`${text}${html}${subject}`),
    );
    return found.length === 0
      ? 'nothing of it in any mail'
      : `in ${found.map(({ subject }) => subject).join()}`;
  }),

  attack(
    'AT-57',
    'a mailbox that is flooded',
    'at most 6 mails of 20, every answer the same',
    async (arena) => {
      const email = newEmail();
      const ways = [
        () => arena.visitor().post('account.signUp', { email, password: newPassword() }),
        () => arena.visitor().post('account.requestEmailVerification', { email }),
        () => arena.visitor().post('account.requestPasswordReset', { email }),
        () => arena.visitor().post('account.requestPasswordReset', { email: email.toUpperCase() }),
      ];
      const answers = await eachOf(
        Array.from({ length: 20 }, (_, at) => at),
        async (at) =>
          [
            `call ${at}`,
            outcome((await ways[at % ways.length]?.()) ?? { status: 0, reason: undefined }),
          ] as const,
      );
      // Jobs are taken in their order: when the mail of somebody later is there, all of these are.
      const later = await arena.person();
      await arena.visitor().post('account.requestPasswordReset', { email: later.email });
      await arena.link(later.email, 'reset-password');
      // Three, and as many again when Redis does not answer in time.
      const count = arena.mailsTo(email).length;
      const told = allOf(answers);
      return `${count <= 6 ? 'at most 6 mails of 20' : `${count} mails`}, ${told === '200' ? 'every answer the same' : told}`;
    },
  ),

  attack(
    'AT-112',
    'the secret of a link in an address, a header or a log',
    'in the fragment alone, no-referrer, log without query',
    async (arena) => {
      const person = await arena.person();
      const visitor = arena.visitor();
      await visitor.post('account.requestPasswordReset', { email: person.email });
      const token = await arena.link(person.email, 'reset-password');
      const mails = received(arena, person.email);
      const urls = mails.flatMap(({ text, html }) =>
        [...`${text} ${html}`.matchAll(/https:[^\s"<]+/g)].map(([url]) => url),
      );
      const isInFragment = urls.every(
        (url) => !url.split('#')[0]?.includes(token) && !/[?&]/.test(url.split('#')[0] ?? ''),
      );
      const page = await visitor.ask(`/reset-password?token=${token}`, {
        headers: { referer: `https://x.test/?t=${token}` },
      });
      const { readFileSync } = await import('node:fs');
      const log = readFileSync(arena.doorLog, 'utf8');
      return [
        isInFragment ? 'in the fragment alone' : 'outside of the fragment',
        page.headers['referrer-policy'] ?? 'no policy',
        log.includes(token) ? 'in the log' : 'log without query',
      ].join(', ');
    },
  ),

  attack('AT-116', 'a sender that follows what somebody typed', 'one sender', async (arena) => {
    const email = newEmail();
    const name = 'P\u043ertcullis Security';
    await arena.visitor().post('account.signUp', { email, password: newPassword(), name });
    await arena.link(email, 'verify-email');
    const senders = new Set(
      arena.mailbox.mails().map(({ from, replyTo }) => JSON.stringify([from, replyTo])),
    );
    return senders.size === 1 ? 'one sender' : [...senders].join(' and ');
  }),
];
