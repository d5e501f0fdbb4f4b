import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Mail } from './mail.ts';
import { listPage, mailPage } from './mailbox-page.ts';

/** What the requests work on. */
interface MailStore {
  mails: Mail[];
  clear(): void;
}

/** Answers Mailpit's REST API, as far as it is used here, and the readable pages. */
export function answerMailboxRequest(
  store: MailStore,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  // The mails hold secrets: a web page elsewhere must not reach them through a name that it points at this machine.
  if (!isLoopbackName(request.headers.host ?? '')) return send(response, 403, 'text/plain', 'wrong host\n');
  const url = new URL(request.url ?? '/', 'http://localhost');
  const path = url.pathname;
  if (request.method === 'DELETE' && path === '/api/v1/messages') {
    return deleteMails(store, request, response);
  }
  if (request.method !== 'GET') return send(response, 405, 'text/plain', 'method not allowed\n');
  if (path === '/') return sendPage(response, listPage(store.mails));
  if (path === '/livez' || path === '/readyz') return send(response, 200, 'text/plain', 'ok');
  if (path === '/api/v1/messages') return sendJson(response, list(store.mails, url.searchParams));
  const [, kind, id] = /^\/(api\/v1\/message|view|html)\/([\w-]+)$/.exec(path) ?? [];
  const mail = store.mails.find((one) => one.id === id) ?? (id === 'latest' ? store.mails[0] : undefined);
  if (!mail) return send(response, 404, 'text/plain', 'not found\n');
  mail.isRead = true;
  if (kind === 'view') return sendPage(response, mailPage(mail));
  if (kind === 'html') return send(response, 200, 'text/html; charset=utf-8', mail.html, `sandbox; ${INERT}`);
  sendJson(response, full(mail));
}

/** What a mail's HTML may load: nothing from outside, no script. */
const INERT = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
const PAGE =
  "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; form-action 'none'";

function isLoopbackName(host: string): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host);
}

function list(mails: readonly Mail[], query: URLSearchParams): unknown {
  const start = wholeNumber(query.get('start'), 0);
  const limit = wholeNumber(query.get('limit'), 50);
  const page = limit === 0 ? mails.slice(start) : mails.slice(start, start + limit);
  const unread = mails.filter((mail) => !mail.isRead).length;
  return {
    total: mails.length,
    unread,
    count: page.length,
    messages_count: mails.length,
    messages_unread: unread,
    start,
    tags: [],
    messages: page.map(summary),
  };
}

function wholeNumber(text: string | null, otherwise: number): number {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : otherwise;
}

function summary(mail: Mail): Record<string, unknown> {
  return {
    ID: mail.id,
    MessageID: mail.messageId,
    Read: mail.isRead,
    From: mail.from,
    To: mail.to,
    Cc: mail.cc,
    Bcc: mail.bcc,
    ReplyTo: mail.replyTo,
    Subject: mail.subject,
    Created: mail.created,
    Tags: [],
    Size: mail.size,
    Attachments: 0,
    Snippet: mail.text.replaceAll(/\s+/g, ' ').trim().slice(0, 250),
  };
}

function full(mail: Mail): Record<string, unknown> {
  return {
    ID: mail.id,
    MessageID: mail.messageId,
    From: mail.from,
    To: mail.to,
    Cc: mail.cc,
    Bcc: mail.bcc,
    ReplyTo: mail.replyTo,
    ReturnPath: mail.from.Address,
    Subject: mail.subject,
    Date: mail.date,
    Tags: [],
    Text: mail.text,
    HTML: mail.html,
    Size: mail.size,
    Inline: [],
    Attachments: [],
    Headers: mail.headers,
  };
}

/** Without a body everything goes; with `{"IDs": […]}` those. */
function deleteMails(store: MailStore, request: IncomingMessage, response: ServerResponse): void {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (part: string) => {
    body += part;
    if (body.length > 1_000_000) request.destroy();
  });
  request.on('end', () => {
    const ids = idsIn(body);
    if (ids === 'malformed') return send(response, 400, 'text/plain', 'expected {"IDs": ["…"]}\n');
    if (ids === null) store.clear();
    else store.mails = store.mails.filter((mail) => !ids.includes(mail.id));
    send(response, 200, 'text/plain', 'ok');
  });
}

function idsIn(body: string): string[] | null | 'malformed' {
  if (body.trim() === '') return null;
  try {
    const { IDs: ids } = JSON.parse(body) as { IDs?: unknown };
    if (ids === undefined) return null;
    if (!Array.isArray(ids)) return 'malformed';
    return ids.length === 0 ? null : ids.map(String);
  } catch {
    return 'malformed';
  }
}

function sendJson(response: ServerResponse, value: unknown): void {
  send(response, 200, 'application/json', JSON.stringify(value));
}

function sendPage(response: ServerResponse, html: string): void {
  send(response, 200, 'text/html; charset=utf-8', html, PAGE);
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string,
  policy = "default-src 'none'",
): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'content-security-policy': policy,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}
