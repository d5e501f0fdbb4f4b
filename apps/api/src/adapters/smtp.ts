import nodemailer from 'nodemailer';
import type { Mail, Mailer } from '../ports.ts';

export interface SmtpSettings {
  /** `smtp://` or `smtps://`, with user and password where the server wants them. */
  url: string;
  /** The From header, such as `Portcullis <no-reply@example.org>`. */
  from: string;
  /** Refuse to send over a line that is not encrypted; without, STARTTLS is used where the server offers it. */
  requireTls?: boolean;
  maxConnections?: number;
  /** Name look-up, connecting and TLS together. */
  connectMs?: number;
  greetingMs?: number;
  /** The longest silence of the server within a dialogue. */
  silenceMs?: number;
}

/** A send that failed. Its message names neither receiver nor server reply text, since both can hold addresses. */
class SmtpError extends Error {
  override readonly name = 'SmtpError';
  /** The server may have accepted the mail all the same: the line broke, or nobody waited for the answer. */
  readonly mayBeAccepted: boolean;

  constructor(message: string, mayBeAccepted: boolean, cause: unknown) {
    super(message, { cause });
    this.mayBeAccepted = mayBeAccepted;
  }
}

/** Failures that come before the server has been given anything. */
const BEFORE_ANYTHING = new Set([
  'EDNS',
  'EAUTH',
  'ETLS',
  'EENVELOPE',
  'EMESSAGE',
  'EPROXY',
  'ECONFIG',
  'ENOAUTH',
  'EOAUTH2',
]);

interface SmtpFailure {
  code?: unknown;
  responseCode?: unknown;
  command?: unknown;
}

const smtpError = (error: unknown): SmtpError => {
  const { code, responseCode, command }: SmtpFailure =
    typeof error === 'object' && error !== null ? error : {};
  const refused = typeof responseCode === 'number';
  const what = refused
    ? `the mail server answered ${responseCode}`
    : `no answer from the mail server (${typeof code === 'string' ? code : 'error'})`;
  const where = typeof command === 'string' && /^[A-Z ]{1,20}$/.test(command) ? ` at ${command}` : '';
  return new SmtpError(`${what}${where}`, !refused && !BEFORE_ANYTHING.has(String(code)), error);
};

/** Mail by SMTP over a few kept connections, with a deadline on every step of the dialogue. */
export class SmtpMailer implements Mailer {
  readonly #transport;

  constructor(settings: SmtpSettings) {
    this.#transport = nodemailer.createTransport(
      {
        url: settings.url,
        pool: true,
        maxConnections: settings.maxConnections ?? 4,
        connectionTimeout: settings.connectMs ?? 10_000,
        dnsTimeout: settings.connectMs ?? 10_000,
        greetingTimeout: settings.greetingMs ?? 10_000,
        socketTimeout: settings.silenceMs ?? 60_000,
        // The pool would send a mail again whose connection broke, also one that was accepted: that is for the job to judge.
        maxRequeues: 0,
        idleTimeout: 30_000,
        disableFileAccess: true,
        disableUrlAccess: true,
        ...(settings.requireTls ? { requireTLS: true } : {}),
      },
      { from: settings.from },
    );
  }

  /**
   * Resolves once the server has accepted the mail.
   * @param signal closes the connection that carries the mail
   * @throws SmtpError
   */
  async send(mail: Mail, signal?: AbortSignal): Promise<void> {
    try {
      await this.#transport.sendMail({
        // As an object: nothing in the address is read as a list or as a name.
        to: { name: '', address: mail.to },
        subject: mail.subject,
        html: mail.html,
        text: mail.text,
        messageId: mail.messageId,
        // RFC 3834 §5; the second keeps Exchange from answering with absence notes.
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        ...(signal ? { signal } : {}),
      });
    } catch (error) {
      throw smtpError(error);
    }
  }

  /** Connects and signs in without sending. @throws SmtpError */
  async verify(): Promise<void> {
    try {
      await this.#transport.verify();
    } catch (error) {
      throw smtpError(error);
    }
  }

  close(): void {
    this.#transport.close();
  }
}
