import type { ReactNode } from 'react';
import type { Language } from '../domain/language.ts';
import { WORDS } from './catalogue.ts';
import type { MailContent } from './content.ts';
import { DARK, PREVIEW_FILLER, STYLES } from './look.ts';

export interface RenderedMail {
  language: Language;
  subject: string;
  html: string;
  text: string;
}

/** Loading takes most of a second: only a process that sends mail pays for it, with its first mail. */
const components = async () => {
  const [react, email] = await Promise.all([import('react'), import('react-email')]);
  return { createElement: react.createElement, ...email };
};

type Components = Awaited<ReturnType<typeof components>>;

/**
 * Both parts of a mail from the same words. The HTML holds no remote content and nothing unescaped; in the text part
 * the link stands alone on its line, so that programs can find it.
 * @param publicUrl of the service: its host says whom the mail is from
 */
export const renderMail = async (content: MailContent, publicUrl: string): Promise<RenderedMail> => {
  const parts = await components();
  const words = WORDS[content.language];
  const footer = words.footer(new URL(publicUrl).host);
  return {
    language: content.language,
    subject: content.subject,
    html: await parts.render(page(parts, content, words.urlHint, footer)),
    text: plainText(content, footer),
  };
};

const page = (parts: Components, content: MailContent, urlHint: string, footer: string) => {
  const { createElement: h, Html, Head, Body, Container, Heading, Section, Text } = parts;
  const line = (text: string, style: typeof STYLES.text | typeof STYLES.note, className: string) =>
    h(Text, { key: text, style, className }, text);
  const tongue = { lang: content.language, dir: directionOf(content.language) };
  return h(
    Html,
    tongue,
    h(
      Head,
      null,
      h('title', null, content.subject),
      h('meta', { name: 'color-scheme', content: 'light dark' }),
      h('meta', { name: 'supported-color-schemes', content: 'light dark' }),
      h('style', null, DARK),
    ),
    h(
      Body,
      // Set on its cell, too, which is what programs in a browser keep. Left out it would be English.
      { ...tongue, style: STYLES.body, className: 'm-body' },
      h(
        'div',
        { role: 'article', 'aria-label': content.subject },
        h('div', { style: STYLES.preview, 'aria-hidden': true }, content.preview + PREVIEW_FILLER),
        h(
          Container,
          { style: STYLES.frame },
          h(Text, { style: STYLES.brand, className: 'm-accent' }, 'Portcullis'),
          h(
            Section,
            { style: STYLES.card, className: 'm-card' },
            h(
              Heading,
              { as: 'h1', style: STYLES.heading, className: 'm-ink' },
              ...unbroken(h, content.heading),
            ),
            ...content.paragraphs.map((text) => line(text, STYLES.text, 'm-ink')),
            ...details(parts, content),
            ...action(parts, content, urlHint),
            ...rule(parts, content),
            ...content.closing.map((text) => line(text, STYLES.note, 'm-muted')),
          ),
          h(Text, { style: STYLES.footer, className: 'm-muted' }, footer),
        ),
      ),
    ),
  );
};

/** `rtl` for languages that are written so: nothing in the layout has a left or a right. */
export const directionOf = (language: string): 'ltr' | 'rtl' => {
  const locale = new Intl.Locale(language) as Intl.Locale & { getTextInfo(): { direction: 'ltr' | 'rtl' } };
  return locale.getTextInfo().direction;
};

const rule = ({ createElement: h, Hr }: Components, { action: link, closing }: MailContent) =>
  link === undefined || closing.length === 0
    ? []
    : [h(Hr, { key: 'rule', style: STYLES.rule, className: 'm-rule' })];

/** One paragraph, a line for each: a table of facts would be read out as one. */
const details = ({ createElement: h, Text }: Components, { details: lines }: MailContent) =>
  lines.length === 0
    ? []
    : [
        h(
          Text,
          { key: 'details', style: STYLES.details, className: 'm-ink m-details' },
          ...lines.flatMap(({ label, value }, n) => [
            ...(n === 0 ? [] : [h('br', { key: `${label} break` })]),
            h('span', { key: label, style: STYLES.label, className: 'm-muted' }, `${label}: `),
            value,
          ]),
        ),
      ];

const action = (
  { createElement: h, Button, Link, Text }: Components,
  { action: link }: MailContent,
  urlHint: string,
) => {
  if (link === undefined) return [];
  const note = { style: STYLES.note, className: 'm-muted' };
  return [
    h(Button, { key: 'button', href: link.url, style: STYLES.button, className: 'm-button' }, link.label),
    h(Text, { key: 'hint', ...note }, urlHint),
    h(Link, { key: 'url', href: link.url, style: STYLES.url, className: 'm-accent' }, link.url),
    h(Text, { key: 'note', ...note }, link.note),
  ];
};

/** Large letters on a narrow screen would break "e-mail" and "E-Mail-Adresse" at a hyphen. */
const unbroken = (h: Components['createElement'], text: string): ReactNode[] =>
  text
    .split(/(e-mail(?:-\p{L}+)?)/iu)
    .map((word, n) => (n % 2 === 0 ? word : h('span', { key: n, style: { whiteSpace: 'nowrap' } }, word)));

const plainText = (
  { heading, paragraphs, details: lines, action: link, closing }: MailContent,
  footer: string,
): string => {
  const facts = lines.length === 0 ? [] : [lines.map(({ label, value }) => `${label}: ${value}`).join('\n')];
  const linked = link === undefined ? [] : [`${link.label}:`, link.url, link.note];
  return `${[heading, ...paragraphs, ...facts, ...linked, ...closing].join('\n\n')}\n\n-- \n${footer}\n`;
};
