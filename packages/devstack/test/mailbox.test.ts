import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Mailbox, startMailbox } from '../src/mailbox.ts';

let mailbox: Mailbox;

beforeEach(async () => {
  mailbox = await startMailbox();
});

afterEach(() => mailbox.stop());

/** Speaks SMTP by hand, so that the replies can be looked at. Returns the reply codes in order. */
async function send(lines: string[]): Promise<string[]> {
  const socket = connect(Number(new URL(mailbox.smtpUrl).port), '127.0.0.1');
  const codes: string[] = [];
  const steps = ['EHLO test', 'MAIL FROM:<a@portcullis.test>', 'RCPT TO:<ada@portcullis.test>', 'DATA'];
  steps.push(`${lines.join('\r\n')}\r\n.`, 'QUIT');
  for await (const line of createInterface({ input: socket })) {
    if (line[3] === '-') continue;
    codes.push(line.slice(0, 3));
    const next = /^[45]/.test(line) ? undefined : steps.shift();
    if (next === undefined) socket.end();
    else socket.write(`${next}\r\n`);
  }
  return codes;
}

const MAIL = [
  'From: Portcullis <no-reply@portcullis.test>',
  'To: Ada <ada@portcullis.test>',
  'Subject: Confirm <script>',
  'Message-ID: <job-1@portcullis.test>',
  'Content-Type: multipart/alternative; boundary=b',
  '',
  '--b',
  'Content-Type: text/plain',
  '',
  'Hello & welcome:',
  'http://localhost:5173/verify-email#token=abc',
  '--b',
  'Content-Type: text/html',
  '',
  '<script>alert(1)</script><b>Hello</b>',
  '--b--',
];

async function get(path: string): Promise<Response> {
  return fetch(mailbox.httpUrl + path);
}

test('keeps what SMTP brings and gives it by the REST API', async () => {
  expect((await send(MAIL)).at(-1)).toBe('221');
  const list = (await (await get('/api/v1/messages')).json()) as Record<string, unknown>;
  expect(list).toMatchObject({ total: 1, unread: 1, count: 1, messages_count: 1, start: 0 });
  const [mail] = list['messages'] as Record<string, unknown>[];
  expect(mail).toMatchObject({
    MessageID: 'job-1@portcullis.test',
    Read: false,
    From: { Name: 'Portcullis', Address: 'no-reply@portcullis.test' },
    To: [{ Name: 'Ada', Address: 'ada@portcullis.test' }],
    Subject: 'Confirm <script>',
  });
  const full = (await (await get(`/api/v1/message/${mail?.['ID']}`)).json()) as Record<string, string>;
  expect(full['Text']).toContain('http://localhost:5173/verify-email#token=abc');
  expect(full['HTML']).toContain('<b>Hello</b>');
  expect(await (await get('/api/v1/messages')).json()).toMatchObject({ unread: 0 });
  await fetch(`${mailbox.httpUrl}/api/v1/messages`, { method: 'DELETE' });
  expect(mailbox.mails()).toEqual([]);
  expect((await get(`/api/v1/message/${mail?.['ID']}`)).status).toBe(404);
});

test('the page escapes what a mail brings and links what it names', async () => {
  await send(MAIL);
  const id = mailbox.mails()[0]?.id;
  const list = await (await get('/')).text();
  expect(list).toContain('Confirm &lt;script&gt;');
  const page = await (await get(`/view/${id}`)).text();
  expect(page).not.toContain('<script>');
  expect(page).toContain('<a href="http://localhost:5173/verify-email#token=abc"');
  expect(page).toContain('Hello &amp; welcome');
  expect((await get(`/html/${id}`)).headers.get('content-security-policy')).toContain('sandbox');
});

test('a foreign name that leads here is refused', async () => {
  const { request } = await import('node:http');
  const status = await new Promise((resolve) => {
    request(`${mailbox.httpUrl}/api/v1/messages`, { headers: { host: 'evil.example' } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).end();
  });
  expect(status).toBe(403);
});

test('refuses, stalls, and runs the hook before it answers', async () => {
  mailbox.refuse(451);
  expect((await send(MAIL)).at(-1)).toBe('451');
  mailbox.refuse(null);
  const order: string[] = [];
  mailbox.beforeReply((mail) => void order.push(`kept ${mail.messageId}`));
  mailbox.stall(true);
  const sent = send(MAIL).then(() => order.push('answered'));
  expect(mailbox.mails()).toEqual([]);
  mailbox.stall(false);
  await mailbox.waitFor((mail) => mail.to[0]?.Address === 'ada@portcullis.test');
  await sent;
  expect(order).toEqual(['kept job-1@portcullis.test', 'answered']);
  await expect(mailbox.waitFor((mail) => mail.subject === 'never', 50)).rejects.toThrow(/no such mail/);
});
