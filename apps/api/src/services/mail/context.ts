import type { Database } from '../../db/database.ts';
import type { MailCause } from '../../domain/mail-cause.ts';
import type { MailContent, MailTemplate } from '../../mail/content.ts';
import type { Clock, Logger, Mail, Random } from '../../ports.ts';
import type { ServiceConfig } from '../config.ts';

export type MailConfig = Pick<
  ServiceConfig,
  'publicUrl' | 'resetLinkSeconds' | 'emailChangeLinkSeconds' | 'undoLinkSeconds'
>;

/** The mail server, as a verb that can give up a send sees it. */
export interface Sender {
  /** Resolves once the server has accepted the mail; an abort closes the connection that carries it. */
  send(mail: Mail, signal: AbortSignal): Promise<void>;
}

export interface MailTimes {
  /** How long a notice belongs to the sender that took it, unless that sender renews it. */
  leaseMs: number;
  /** How often a sender renews; after two thirds of the lease without success it gives up its send. */
  renewMs: number;
  /** The longest a send may take in all. */
  sendMs: number;
  /** For each unit of work with the database. */
  databaseMs: number;
}

export const MAIL_TIMES: MailTimes = { leaseMs: 15_000, renewMs: 4_000, sendMs: 120_000, databaseMs: 5_000 };

export interface MailDeps {
  db: Database;
  sender: Sender;
  clock: Clock;
  random: Random;
  log: Logger;
  config: MailConfig;
  times: MailTimes;
}

/** A mail that should be sent: its words, its receiver, and the link minted for it. */
export interface PreparedMail {
  template: MailTemplate;
  to: string;
  content: MailContent;
  /** The row of the link, taken away again when the mail certainly was not accepted. */
  verificationId?: string;
}

/** What a notice row says about the event behind it; `at` by the database's clock. */
export interface NoticeFacts {
  id: string;
  at: Date;
  cause: MailCause;
}
