import { test } from '@playwright/test';
import type { Part } from './stack.ts';

const given = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run these tests through playwright.config.ts`);
  return value;
};

/** The stack of the running test: tests that take parts away have one of their own. */
const stack = (): 'calm' | 'stormy' => (test.info().project.name === 'outage' ? 'stormy' : 'calm');

/** The origin of the running client. */
export const origin = (): string => given(`E2E_${stack()}_ORIGIN`);

/** Takes a part of the service away, or brings it back. */
export const setPart = async (part: Part, state: 'down' | 'up'): Promise<void> => {
  const answer = await fetch(`${given(`E2E_${stack()}_CONTROL`)}/${part}/${state}`);
  if (!answer.ok) throw new Error(`the stack could not take ${part} ${state}`);
};

/** The folder of the built client. */
export const clientFolder = (): string => given('E2E_CLIENT');

type MailSummary = { ID: string; To: { Address: string }[]; Subject: string };

const mailsTo = async (to: string): Promise<MailSummary[]> => {
  const answer = await fetch(`${given(`E2E_${stack()}_MAILBOX`)}/api/v1/messages?limit=200`);
  const { messages } = (await answer.json()) as { messages: MailSummary[] };
  return messages.filter(({ To }) => To.some(({ Address }) => Address === to));
};

/** The subjects of the mails to this address, newest first. */
export const subjectsTo = async (to: string): Promise<string[]> =>
  (await mailsTo(to)).map(({ Subject }) => Subject);

const newestMail = async (to: string, page: string): Promise<string | null> => {
  for (const { ID } of await mailsTo(to)) {
    const mail = await fetch(`${given(`E2E_${stack()}_MAILBOX`)}/api/v1/message/${ID}`);
    const { Text } = (await mail.json()) as { Text: string };
    const link = new RegExp(`^\\S+/${page}#token=\\S+$`, 'm').exec(Text)?.[0];
    if (link) return link;
  }
  return null;
};

/**
 * The link in the newest mail to this address that opens this page.
 *
 * @throws Error when none arrived within `within` milliseconds
 */
export const mailedLink = async (to: string, page: string, within = 30_000): Promise<string> => {
  const deadline = performance.now() + within;
  for (;;) {
    const link = await newestMail(to, page);
    if (link !== null) return link;
    if (performance.now() > deadline) throw new Error(`no mail with a link to /${page} for ${to}`);
    await new Promise((next) => setTimeout(next, 100));
  }
};
