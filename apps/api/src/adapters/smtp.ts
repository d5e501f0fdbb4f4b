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

interface SmtpFailure {
  code?: unknown;
  responseCode?: unknown;
}

/** @param began the server was given some of the mail, perhaps all */
const smtpError = (error: unknown, began: boolean): SmtpError => {
  const { code, responseCode }: SmtpFailure = typeof error === 'object' && error !== null ? error : {};
  // RFC 5321 §4.2.1: with 4xx and 5xx the server says that it did not take the mail.
  const refused = typeof responseCode === 'number' && responseCode >= 400 && responseCode < 600;
  const what = refused
    ? `the mail server answered ${responseCode}`
    : `no answer from the mail server (${typeof code === 'string' ? code : 'error'})`;
  return new SmtpError(what, began && !refused, error);
};

/** The part of a composed mail that the transport reads when the server has asked for it by 354. */
interface Composed {
  createReadStream(...options: unknown[]): Reading[number];
}

type Reading = { readableDidRead: boolean }[];

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
    // Tells a mail that was on its way from one that the server never saw, such as when nobody listens there.
    this.#transport.use('stream', (mail, done) => {
      const message = mail.message as unknown as Composed;
      const create = message.createReadStream.bind(message);
      message.createReadStream = (...options) => {
        const stream = create(...options);
        (mail.data as { reading?: Reading }).reading?.push(stream);
        return stream;
      };
      done();
    });
  }

  /**
   * Resolves once the server has accepted the mail.
   * @param signal closes the connection that carries the mail
   * @throws SmtpError
   */
  async send(mail: Mail, signal?: AbortSignal): Promise<void> {
    const reading: Reading = [];
    try {
      const message = {
        reading,
        // As an object: nothing in the address is read as a list or as a name.
        to: { name: '', address: mail.to },
        subject: mail.subject,
        html: mail.html,
        text: mail.text,
        messageId: mail.messageId,
        // RFC 3834 §5; the second keeps Exchange from answering with absence notes.
        headers: {
          'Auto-Submitted': 'auto-generated',
          'X-Auto-Response-Suppress': 'All',
          // RFC 3282: for programs that read aloud or offer to translate.
          'Content-Language': mail.language,
        },
        ...(signal ? { signal } : {}),
      };
      await this.#transport.sendMail(message);
    } catch (error) {
      throw smtpError(
        error,
        reading.some((stream) => stream.readableDidRead),
      );
    }
  }

  /** Connects and signs in without sending. @throws SmtpError */
  async verify(): Promise<void> {
    try {
      await this.#transport.verify();
    } catch (error) {
      throw smtpError(error, false);
    }
  }

  close(): void {
    this.#transport.close();
  }
}
