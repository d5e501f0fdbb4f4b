import { randomBytes } from 'node:crypto';
import { type AddressObject, simpleParser } from 'mailparser';
import type { SMTPServerSession } from 'smtp-server';

/** A name and an address, as Mailpit writes them. */
export interface MailAddress {
  Name: string;
  Address: string;
}

/** One received mail. */
export interface Mail {
  id: string;
  /** Without the angle brackets. */
  messageId: string;
  from: MailAddress;
  to: MailAddress[];
  cc: MailAddress[];
  replyTo: MailAddress[];
  /** The receivers of the SMTP envelope that no header names. */
  bcc: MailAddress[];
  subject: string;
  text: string;
  html: string;
  /** When the mailbox got it, RFC 3339. */
  created: string;
  /** Its Date header, RFC 3339; when it got it if there is none. */
  date: string;
  size: number;
  isRead: boolean;
  headers: Record<string, string[]>;
}

/** Parses what came after DATA. */
export async function parseMail(raw: Buffer, session: SMTPServerSession): Promise<Mail> {
  const parsed = await simpleParser(raw);
  const created = new Date().toISOString();
  const to = addresses(parsed.to);
  const cc = addresses(parsed.cc);
  const named = new Set([...to, ...cc].map((one) => one.Address.toLowerCase()));
  const envelope = session.envelope.rcptTo.map((one) => one.address);
  const headers: Record<string, string[]> = {};
  for (const { key, line } of parsed.headerLines) {
    headers[key] = [...(headers[key] ?? []), line.slice(line.indexOf(':') + 1).trim()];
  }
  return {
    id: randomBytes(16).toString('base64url'),
    messageId: (parsed.messageId ?? '').replaceAll(/^<|>$/g, ''),
    from: addresses(parsed.from)[0] ?? { Name: '', Address: '' },
    to,
    cc,
    replyTo: addresses(parsed.replyTo),
    bcc: envelope
      .filter((address) => !named.has(address.toLowerCase()))
      .map((address) => ({ Name: '', Address: address })),
    subject: parsed.subject ?? '',
    text: parsed.text ?? '',
    html: parsed.html || '',
    created,
    date: parsed.date?.toISOString() ?? created,
    size: raw.length,
    isRead: false,
    headers,
  };
}

function addresses(found: AddressObject | AddressObject[] | undefined): MailAddress[] {
  return [found ?? []]
    .flat()
    .flatMap((object) => object.value)
    .flatMap((one) => one.group ?? [one])
    .map((one) => ({ Name: one.name, Address: one.address ?? '' }));
}
