const given = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run these tests through playwright.config.ts`);
  return value;
};

/** The origin of the running client. */
export const origin = (): string => given('E2E_ORIGIN');

/** Takes the API away from the web server, or brings it back. */
export const setApi = async (state: 'down' | 'up'): Promise<void> => {
  await fetch(`${given('E2E_CONTROL')}/api/${state}`);
};

type MailSummary = { ID: string; To: { Address: string }[]; Subject: string };

const newestMail = async (to: string, page: string): Promise<string | null> => {
  const answer = await fetch(`${given('E2E_MAILBOX')}/api/v1/messages?limit=200`);
  const { messages } = (await answer.json()) as { messages: MailSummary[] };
  for (const { ID, To } of messages) {
    if (!To.some(({ Address }) => Address === to)) continue;
    const mail = await fetch(`${given('E2E_MAILBOX')}/api/v1/message/${ID}`);
    const { Text } = (await mail.json()) as { Text: string };
    const link = new RegExp(`^\\S+/${page}#token=\\S+$`, 'm').exec(Text)?.[0];
    if (link) return link;
  }
  return null;
};

/**
 * The link in the newest mail to this address that opens this page.
 *
 * @throws Error when none arrived within 20 seconds
 */
export const mailedLink = async (to: string, page: string): Promise<string> => {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const link = await newestMail(to, page);
    if (link !== null) return link;
    if (performance.now() > deadline) throw new Error(`no mail with a link to /${page} for ${to}`);
    await new Promise((next) => setTimeout(next, 100));
  }
};
