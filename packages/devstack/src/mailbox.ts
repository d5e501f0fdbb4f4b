import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import { answerMailboxRequest } from './mailbox-http.ts';
import { type Mail, parseMail } from './mail.ts';
import { freePort } from './ports.ts';

/** A mail server that keeps what it gets, with the switches that fault tests need. */
export interface Mailbox {
  /** Mailpit's REST API and a readable page. */
  readonly httpUrl: string;
  readonly smtpUrl: string;
  /** Newest first; the newest 1000 are kept. */
  mails(): readonly Mail[];
  clear(): void;
  /**
   * The newest mail that satisfies the condition, waiting for it when it is not there yet.
   *
   * @throws Error after `timeoutMs` (10 seconds), naming what did arrive
   */
  waitFor(condition: (mail: Mail) => boolean, timeoutMs?: number): Promise<Mail>;
  /** From now on every mail is refused with this SMTP code (4xx: try again, 5xx: never), null accepts again. */
  refuse(code: number | null): void;
  /** While true, a mail's content is read and never answered; set back to false, the waiting ones are answered. */
  stall(isStalled: boolean): void;
  /** Runs when a mail has been kept and before the sender is told so: the place to kill the sender. */
  beforeReply(hook: ((mail: Mail) => Promise<void> | void) | null): void;
  stop(): Promise<void>;
}

/** Options of {@link startMailbox}: preferred ports, the next free one is taken; without, any. */
export interface MailboxOptions {
  httpPort?: number;
  smtpPort?: number;
}

const KEPT = 1000;

/** Starts the mailbox on 127.0.0.1. */
export async function startMailbox(options: MailboxOptions = {}): Promise<Mailbox> {
  const state = new MailboxState();
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    size: 10 * 1024 * 1024,
    logger: false,
    onMailFrom: (_address, _session, callback) => callback(state.refusal()),
    onData: (stream, session, callback) => {
      readAll(stream)
        .then((raw) => state.accept(raw, session))
        .then(() => callback(), callback);
    },
  });
  // A sender that vanishes in the middle of a mail is what some tests are about.
  smtp.on('error', () => {});
  const web = createServer((request, response) => answerMailboxRequest(state, request, response));
  // Without a wish the system gives one away: a port that was only looked up may be taken by the next process.
  const smtpPort = options.smtpPort === undefined ? 0 : await freePort(options.smtpPort);
  const httpPort = options.httpPort === undefined ? 0 : await freePort(options.httpPort);
  smtp.listen(smtpPort, '127.0.0.1');
  web.listen(httpPort, '127.0.0.1');
  await Promise.all([smtp.server.listening || once(smtp.server, 'listening'), once(web, 'listening')]);
  return {
    httpUrl: `http://localhost:${(web.address() as AddressInfo).port}`,
    smtpUrl: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`,
    mails: () => state.mails,
    clear: () => state.clear(),
    waitFor: (condition, timeoutMs = 10_000) => state.waitFor(condition, timeoutMs),
    refuse: (code) => void (state.refusalCode = code),
    stall: (isStalled) => state.stall(isStalled),
    beforeReply: (hook) => void (state.hook = hook),
    stop: async () => {
      state.stall(false);
      web.closeAllConnections();
      // A connection that never ends by itself would hold up the end of its server.
      for (const connection of smtp.connections) connection.close();
      await Promise.all([
        new Promise<void>((resolve) => web.close(() => resolve())),
        new Promise<void>((resolve) => smtp.close(() => resolve())),
      ]);
    },
  };
}

class MailboxState {
  mails: Mail[] = [];
  refusalCode: number | null = null;
  hook: ((mail: Mail) => Promise<void> | void) | null = null;
  readonly #arrivals = new EventEmitter().setMaxListeners(0);
  #release: (() => void) | null = null;
  #stalled: Promise<void> | null = null;

  refusal(): Error | undefined {
    if (this.refusalCode === null) return undefined;
    return Object.assign(new Error('refused as asked'), { responseCode: this.refusalCode });
  }

  async accept(raw: Buffer, session: SMTPServerSession): Promise<void> {
    if (this.#stalled !== null) await this.#stalled;
    const refusal = this.refusal();
    if (refusal) throw refusal;
    const mail = await parseMail(raw, session);
    this.mails = [mail, ...this.mails].slice(0, KEPT);
    this.#arrivals.emit('mail');
    await this.hook?.(mail);
  }

  clear(): void {
    this.mails = [];
  }

  stall(isStalled: boolean): void {
    if (isStalled) {
      this.#stalled ??= new Promise((resolve) => (this.#release = resolve));
      return;
    }
    this.#release?.();
    this.#release = null;
    this.#stalled = null;
  }

  async waitFor(condition: (mail: Mail) => boolean, timeoutMs: number): Promise<Mail> {
    const signal = AbortSignal.timeout(timeoutMs);
    for (;;) {
      const found = this.mails.find(condition);
      if (found) return found;
      await once(this.#arrivals, 'mail', { signal }).catch(() => {
        const there = this.mails.map(
          (mail) => `"${mail.subject}" to ${mail.to.map((to) => to.Address).join(', ')}`,
        );
        throw new Error(`no such mail within ${timeoutMs} ms; there are: ${there.join('; ') || 'none'}`);
      });
    }
  }
}

async function readAll(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}
