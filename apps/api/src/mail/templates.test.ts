import { describe, expect, test } from 'vitest';
import { LANGUAGES } from '../domain/language.ts';
import { mailCause } from '../domain/mail-cause.ts';
import { WORDS } from './catalogue.ts';
import { composeLink, composeNotice } from './compose.ts';
import { linkTo } from './links.ts';
import { directionOf, renderMail } from './render.ts';
import { SAMPLE_SECRET, sampleMails } from './samples.ts';

const URL = 'https://auth.example.test';
const AT = new Date('2026-03-04T05:06:07Z');

const mails = LANGUAGES.flatMap((language) =>
  Object.entries(sampleMails(language, URL)).map(([template, content]) => ({
    name: `${template}.${language}`,
    template,
    language,
    content,
  })),
);

const decoded = (html: string) =>
  html.replaceAll('&#x27;', "'").replaceAll('&quot;', '"').replaceAll('&amp;', '&');

/** A command of the service itself comes from no browser. */
const BY_OPERATOR = new Set(['sessions_ended', 'account_disabled', 'account_enabled']);

describe.each(mails)('$name', ({ name, template, language, content }) => {
  test('text and HTML are as they were looked at', async () => {
    const mail = await renderMail(content, URL);
    await expect(`${mail.subject}\n\n${mail.text}`).toMatchFileSnapshot(`snapshots/${name}.txt`);
    // A line for each element: a change shows where it is.
    await expect(mail.html.replaceAll('><', '>\n<')).toMatchFileSnapshot(`snapshots/${name}.html`);
  });

  test('says the same in both parts, with the link alone on a line of the text and nowhere in the subject', async () => {
    const mail = await renderMail(content, URL);
    const html = decoded(mail.html.replace(/<[^>]*>/g, ''));
    const details = content.details.map(({ label, value }) => `${label}: ${value}`);
    const { label, note } = content.action ?? { label: '', note: '' };
    for (const said of [
      content.heading,
      ...content.paragraphs,
      ...details,
      label,
      note,
      ...content.closing,
    ]) {
      expect(mail.text).toContain(said);
      expect(html).toContain(said);
    }
    const lines = mail.text.split('\n').filter((line) => line.includes('https://'));
    expect(lines).toEqual(content.action === undefined ? [] : [content.action.url]);
    const targets = [...mail.html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href);
    // The button, and the same address to copy.
    expect(targets).toEqual(lines.flatMap((line) => [line, line]));
    expect(mail.subject + content.preview).not.toContain(SAMPLE_SECRET);
  });

  test('is one small document with a language, a subject, a preview and a sender, and fetches nothing', async () => {
    const { html, text, subject } = await renderMail(content, URL);
    expect(html.match(/<title>/g)).toHaveLength(1);
    expect(html).toContain(`<title>${subject}</title>`);
    expect(decoded(html)).toMatch(/<body[^>]*>/);
    // The first words of the body are what programs show beside the subject.
    expect(decoded(html.replace(/^.*<body/s, '<body').replace(/<[^>]*>/g, ''))).toMatch(
      new RegExp(`^${content.preview.replaceAll('.', '\\.').replaceAll('?', '\\?')}`),
    );
    // The last is inside of what a mail program in a browser keeps.
    expect([...html.matchAll(/<(\w+)[^>]* lang="(\w+)"/g)].map(([, ...found]) => found)).toEqual(
      ['html', 'body', 'td'].map((element) => [element, language]),
    );
    expect(html.match(/ dir="ltr"/g)).toHaveLength(3);
    expect(html).toContain(`<div role="article" aria-label="${subject}">`);
    expect(html).toContain('<meta name="color-scheme" content="light dark"/>');
    expect(html).toContain('<meta name="supported-color-schemes" content="light dark"/>');
    expect(html).not.toMatch(/<(?:img|link|script|iframe|form|object)|@import|url\(|src=/i);
    // Gmail cuts at 102 KB. This leaves room for a proxy's rewritten links.
    expect(Buffer.byteLength(html)).toBeLessThan(20_000);
    expect(subject.length).toBeLessThan(60);
    expect(content.preview.length).toBeLessThan(90);
    expect(text).toContain(`\n-- \n${WORDS[language].footer('auth.example.test')}\n`);
  });

  test('says when, with what, and what to do if it was somebody else', () => {
    const when = { label: WORDS[language].details.when, value: expect.stringContaining('UTC') as string };
    expect(content.details[0]).toEqual(when);
    if (!BY_OPERATOR.has(template)) expect(content.details[1]?.value).toMatch(/^Firefox (on|unter) Linux$/);
    const advice = [...content.paragraphs, ...content.closing].join(' ');
    expect(advice).toMatch(
      language === 'en'
        ? /If it was not|if it was not you|If you do not know/
        : /Warst du (?:das|es) nicht|Wenn nicht|Weißt du nicht/,
    );
  });
});

test('a stranger who may get a mail does not learn the address of who caused it', () => {
  const told = mails.filter(({ content }) => JSON.stringify(content).includes('203.0.113.7'));
  expect(new Set(told.map(({ template }) => template))).toEqual(
    new Set([
      'reset_password',
      'email_changed',
      'email_restored',
      'password_reset',
      'password_changed',
      'sign_ins_refused',
      'session_reused',
      'account_deleted',
    ]),
  );
});

test('what is not known of a request is left out, line by line', () => {
  const labels = (cause: object) =>
    composeNotice('password_changed', { language: 'en', publicUrl: URL, at: AT, cause: mailCause(cause) })
      .details;
  const when = { label: 'When', value: '4 March 2026 at 05:06 UTC' };
  expect(labels({})).toEqual([when]);
  expect(labels({ os: 'macOS' })).toEqual([when, { label: 'Device', value: 'macOS' }]);
  expect(labels({ browser: 'Safari' })).toEqual([when, { label: 'Device', value: 'Safari' }]);
  expect(labels({ ip: '::1' })).toEqual([when, { label: 'IP address', value: '::1' }]);
});

test('no sentence is the same in two languages', () => {
  const said = (language: 'en' | 'de') =>
    Object.values(sampleMails(language, URL)).flatMap(({ subject, preview, paragraphs, closing, action }) => [
      subject,
      preview,
      ...paragraphs,
      ...closing,
      ...(action === undefined ? [] : [action.label, action.note]),
    ]);
  const german = new Set(said('de'));
  expect(said('en').filter((sentence) => german.has(sentence))).toEqual([]);
});

test('nothing in a mail is markup, whatever a link or a host holds', async () => {
  const facts = { language: 'en', publicUrl: URL, at: AT, cause: mailCause(null) } as const;
  const content = composeLink('reset_password', facts, {
    secret: '"><script>alert(1)</script>',
    seconds: 60,
  });
  const details = [{ label: '<i>When</i>', value: '<u>now</u>' }];
  const { html } = await renderMail({ ...content, heading: '<b>bold</b> & "quoted"', details }, URL);
  expect(html).not.toMatch(/<script|<b>|<i>|<u>/);
});

test('a language that is written from right to left is laid out so', () => {
  expect(['en', 'de', 'ar', 'he'].map(directionOf)).toEqual(['ltr', 'ltr', 'rtl', 'rtl']);
});

test('the secret stands in the fragment, on the page of its purpose', () => {
  expect(linkTo(`${URL}/`, 'sign_up', 's')).toBe(`${URL}/verify-email#token=s`);
  expect(linkTo(URL, 'reset_password', 's')).toBe(`${URL}/reset-password#token=s`);
  expect(linkTo(URL, 'change_email', 's')).toBe(`${URL}/confirm-email-change#token=s`);
  expect(linkTo(URL, 'email_changed', 's')).toBe(`${URL}/undo-email-change#token=s`);
});
