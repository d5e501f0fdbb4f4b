import { type Mailbox, startMailbox } from '@portcullis/devstack/mailbox';
import { startTcpProxyTo, type TcpProxy } from '@portcullis/devstack/tcp-proxy';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { SmtpMailer, type SmtpSettings } from '../../src/adapters/smtp.ts';

let mailbox: Mailbox;
let proxy: TcpProxy;
const mailers: SmtpMailer[] = [];

beforeAll(async () => {
  mailbox = await startMailbox();
  proxy = await startTcpProxyTo(mailbox.smtpUrl, 25);
});
afterAll(async () => {
  await proxy.stop();
  await mailbox.stop();
});
afterEach(() => {
  for (const mailer of mailers.splice(0)) mailer.close();
  proxy.mend();
  mailbox.refuse(null);
  mailbox.stall(false);
  mailbox.clear();
});

const mail = (to = 'ada@example.test') => ({
  to,
  language: 'de',
  subject: 'A subject',
  html: '<p>Hello</p>',
  text: 'Hello\n',
  messageId: '<event@portcullis>',
});
const mailerTo = (settings: Partial<SmtpSettings> = {}) => {
  const mailer = new SmtpMailer({
    url: proxy.through(mailbox.smtpUrl),
    from: 'Portcullis <no-reply@example.test>',
    connectMs: 2_000,
    greetingMs: 500,
    silenceMs: 500,
    ...settings,
  });
  mailers.push(mailer);
  return mailer;
};
const failure = async (sending: Promise<void>) => {
  const error: unknown = await sending.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error) || !('mayBeAccepted' in error)) throw new Error('expected an SmtpError');
  expect(error.name).toBe('SmtpError');
  // Server replies and receivers hold addresses.
  expect(error.message).not.toMatch(/@|refused as asked/);
  return { message: error.message, mayBeAccepted: error.mayBeAccepted };
};

it('sends one mail to one receiver, whatever the address looks like', async () => {
  const mailer = mailerTo();
  for (const to of ['ada@example.test', "o'brien+tag=x@example.test", 'a{b}|c@example.test'])
    await mailer.send(mail(to));
  expect(mailbox.mails().map(({ to, bcc, cc }) => ({ to, bcc, cc }))).toEqual(
    ['a{b}|c@example.test', "o'brien+tag=x@example.test", 'ada@example.test'].map((Address) => ({
      to: [{ Name: '', Address }],
      bcc: [],
      cc: [],
    })),
  );
  expect(mailbox.mails()[0]).toMatchObject({ messageId: 'event@portcullis', text: 'Hello\n' });
});

it('says that a machine wrote it, that no machine should answer, and in what language it is', async () => {
  await mailerTo().send(mail());
  expect(mailbox.mails()[0]?.headers).toMatchObject({
    'auto-submitted': ['auto-generated'],
    'x-auto-response-suppress': ['All'],
    'content-language': ['de'],
  });
});

it('nobody listens: certainly not accepted', async () => {
  proxy.refuse();
  expect(await failure(mailerTo().send(mail()))).toEqual({
    message: expect.stringMatching(/^no answer from the mail server \(E\w+\)$/) as string,
    mayBeAccepted: false,
  });
});

it('a server that never greets: given up in time, certainly not accepted', async () => {
  proxy.halfOpen();
  expect(await failure(mailerTo().send(mail()))).toMatchObject({ mayBeAccepted: false });
});

it.each([451, 550])('refused with %i: certainly not accepted', async (code) => {
  mailbox.refuse(code);
  expect(await failure(mailerTo().send(mail()))).toEqual({
    message: `the mail server answered ${code}`,
    mayBeAccepted: false,
  });
});

it('refused after the whole mail was read: certainly not accepted', async () => {
  mailbox.stall(true);
  const mailer = mailerTo({ silenceMs: 10_000 });
  const asked = proxy.holdReplyTo('\r\n.\r\n', 'toServer');
  const sending = failure(mailer.send(mail()));
  await asked;
  mailbox.refuse(552);
  mailbox.stall(false);
  proxy.mend();
  expect(await sending).toEqual({ message: 'the mail server answered 552', mayBeAccepted: false });
});

it.each(['MAIL FROM', 'RCPT TO', 'DATA\r\n'])(
  'the line breaks at %j: certainly not accepted',
  async (command) => {
    const cut = proxy.cutOn(command, 'toServer', 'before');
    const sending = failure(mailerTo().send(mail()));
    await cut;
    expect(await sending).toMatchObject({ mayBeAccepted: false });
  },
);

it('the line breaks after the mail was handed over: it may be accepted', async () => {
  const cut = proxy.cutAfter('\r\n.\r\n', 'toServer');
  const sending = failure(mailerTo().send(mail()));
  await cut;
  expect(await sending).toMatchObject({ mayBeAccepted: true });
});

it('the reply to the mail never comes: given up in time, it may be accepted', async () => {
  mailbox.stall(true);
  expect(await failure(mailerTo().send(mail()))).toMatchObject({ mayBeAccepted: true });
});

it('an abort ends a send at once and closes its connection; before the mail was read nothing was accepted', async () => {
  const mailer = mailerTo({ silenceMs: 60_000, greetingMs: 60_000 });
  for (const [pattern, mayBeAccepted] of [
    ['RCPT TO', false],
    ['\r\n.\r\n', true],
  ] as const) {
    const abort = new AbortController();
    const asked = proxy.holdReplyTo(pattern, 'toServer');
    const sending = failure(mailer.send(mail(), abort.signal));
    await asked;
    abort.abort();
    expect(await sending).toMatchObject({ mayBeAccepted });
    proxy.mend();
    await expect.poll(() => proxy.connections()).toBe(0);
  }
});

it('a connection that the server closed while it was idle costs one attempt and nothing else', async () => {
  const mailer = mailerTo();
  await mailer.send(mail());
  proxy.cut();
  const second = mailer.send(mail()).then(
    () => ({ mayBeAccepted: false }),
    (error: { mayBeAccepted: boolean }) => error,
  );
  expect(await second).toMatchObject({ mayBeAccepted: false });
  await mailer.send(mail());
  expect(mailbox.mails().length).toBeLessThanOrEqual(3);
});

it('where encryption is required, a server without it is given nothing', async () => {
  expect(await failure(mailerTo({ requireTls: true }).send(mail()))).toMatchObject({ mayBeAccepted: false });
  expect(mailbox.mails()).toEqual([]);
});

it('verify connects without sending', async () => {
  await mailerTo().verify();
  expect(mailbox.mails()).toEqual([]);
  proxy.refuse();
  await expect(mailerTo().verify()).rejects.toMatchObject({ name: 'SmtpError' });
});
