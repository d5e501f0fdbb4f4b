import type { MailContent } from './content.ts';

export interface RenderedMail {
  subject: string;
  html: string;
  text: string;
}

const FONT = '-apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif';
const STYLES = {
  body: { backgroundColor: '#f4f5f7', fontFamily: FONT, margin: 0, padding: '24px 0' },
  card: {
    backgroundColor: '#ffffff',
    borderRadius: '8px',
    margin: '0 auto',
    maxWidth: '600px',
    padding: '32px',
  },
  heading: { color: '#111827', fontSize: '22px', lineHeight: '30px', margin: '0 0 16px' },
  text: { color: '#1f2937', fontSize: '16px', lineHeight: '24px', margin: '0 0 16px' },
  note: { color: '#4b5563', fontSize: '14px', lineHeight: '20px', margin: '16px 0 0' },
  button: {
    backgroundColor: '#1d4ed8',
    borderRadius: '6px',
    color: '#ffffff',
    fontSize: '16px',
    padding: '12px 20px',
    textDecoration: 'none',
  },
  // A long URL must break somewhere on a narrow screen.
  url: { color: '#1d4ed8', fontSize: '14px', lineHeight: '20px', wordBreak: 'break-all' },
  rule: { borderColor: '#e5e7eb', margin: '24px 0 16px' },
} as const;

/** Loading takes most of a second: only a process that sends mail pays for it, with its first mail. */
const components = async () => {
  const [react, email] = await Promise.all([import('react'), import('react-email')]);
  return { createElement: react.createElement, ...email };
};

/**
 * Both parts of a mail from the same words. The HTML holds no remote content and nothing unescaped; in the text part
 * the link stands alone on its line, so that programs can find it.
 */
export const renderMail = async (content: MailContent): Promise<RenderedMail> => {
  const { render } = await components();
  return { subject: content.subject, html: await render(await element(content)), text: plainText(content) };
};

const element = async (content: MailContent) => {
  const { createElement: h, Html, Head, Preview, Body, Container, Heading, Text, Hr } = await components();
  const said = content.paragraphs.map((paragraph) =>
    h(Text, { key: paragraph, style: STYLES.text }, paragraph),
  );
  const closing = content.closing.map((paragraph) =>
    h(Text, { key: paragraph, style: STYLES.note }, paragraph),
  );
  return h(
    Html,
    { lang: 'en', dir: 'ltr' },
    h(
      Head,
      null,
      h('title', null, content.subject),
      h('meta', { name: 'color-scheme', content: 'light dark' }),
      h('meta', { name: 'supported-color-schemes', content: 'light dark' }),
    ),
    h(Preview, null, content.preview),
    h(
      Body,
      { style: STYLES.body },
      h(
        Container,
        { style: STYLES.card },
        h(Heading, { as: 'h1', style: STYLES.heading }, content.heading),
        ...said,
        ...(await actionElements(content)),
        h(Hr, { style: STYLES.rule }),
        ...closing,
      ),
    ),
  );
};

const actionElements = async ({ action }: MailContent) => {
  if (action === undefined) return [];
  const { createElement: h, Button, Link, Text } = await components();
  return [
    h(Button, { key: 'button', href: action.url, style: STYLES.button }, action.label),
    h(Text, { key: 'hint', style: STYLES.note }, 'If the button does not work, open this address:'),
    h(Link, { key: 'url', href: action.url, style: STYLES.url }, action.url),
    h(Text, { key: 'note', style: STYLES.note }, action.note),
  ];
};

const plainText = ({ heading, paragraphs, action, closing }: MailContent): string => {
  const link = action === undefined ? [] : [`${action.label}:`, action.url, action.note];
  return `${[heading, ...paragraphs, ...link, ...closing].join('\n\n')}\n`;
};
