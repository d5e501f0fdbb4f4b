import { describe, expect, test } from 'vitest';
import type { MailContent, MailTemplate } from './content.ts';
import { changeEmailMail, emailChangedMail, linkTo, resetPasswordMail, signUpMail } from './link-mails.ts';
import {
  accountDeletedMail,
  accountExistsMail,
  addressInUseMail,
  emailRestoredMail,
  passwordChangedMail,
  passwordResetMail,
} from './notice-mails.ts';
import { renderMail } from './render.ts';

const URL = 'https://auth.example.test';
const SECRET = 'bWFpbC1zZWNyZXQtb2YtdGhpcnR5LXR3by1ieXRlcyE';
const AT = new Date('2026-03-04T05:06:07Z');
const link = (page: Parameters<typeof linkTo>[1]) => linkTo(URL, page, SECRET);

const TEMPLATES: Record<MailTemplate, MailContent> = {
  sign_up: signUpMail(link('sign_up'), 86_400),
  account_exists: accountExistsMail(URL),
  reset_password: resetPasswordMail(link('reset_password'), 1_800),
  change_email: changeEmailMail(link('change_email'), 3_600),
  address_in_use: addressInUseMail(AT),
  email_changed: emailChangedMail(link('email_changed'), 604_800, AT),
  email_restored: emailRestoredMail(URL, AT),
  password_reset: passwordResetMail(URL, AT),
  password_changed: passwordChangedMail(URL, AT),
  account_deleted: accountDeletedMail(AT),
};

const decoded = (html: string) =>
  html.replaceAll('&#x27;', "'").replaceAll('&quot;', '"').replaceAll('&amp;', '&');

describe.each(Object.entries(TEMPLATES))('%s', (name, content) => {
  test('text and HTML are as they were looked at', async () => {
    const mail = await renderMail(content, URL);
    await expect(`${mail.subject}\n\n${mail.text}`).toMatchFileSnapshot(`snapshots/${name}.txt`);
    // A line for each element: a change shows where it is.
    await expect(mail.html.replaceAll('><', '>\n<')).toMatchFileSnapshot(`snapshots/${name}.html`);
  });

  test('says the same in both parts, with the link alone on a line of the text and nowhere in the subject', async () => {
    const mail = await renderMail(content, URL);
    const html = decoded(mail.html.replace(/<[^>]*>/g, ''));
    for (const said of [content.heading, ...content.paragraphs, ...content.closing]) {
      expect(mail.text).toContain(said);
      expect(html).toContain(said);
    }
    const lines = mail.text.split('\n').filter((line) => line.includes('https://'));
    expect(lines).toEqual(content.action === undefined ? [] : [content.action.url]);
    const targets = [...mail.html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href);
    expect([...new Set(targets)]).toEqual(lines);
    expect(mail.subject + content.preview).not.toContain(SECRET);
  });

  test('is one small document with a subject, a preview and a sender, and fetches nothing', async () => {
    const { html, text, subject } = await renderMail(content, URL);
    expect(html.match(/<title>/g)).toHaveLength(1);
    expect(html).toContain(`<title>${subject}</title>`);
    expect(decoded(html)).toContain(content.preview);
    expect(html).toContain('lang="en"');
    expect(html).not.toMatch(/<(?:img|link|script|iframe|form|object)|@import|url\(|src=/i);
    expect(Buffer.byteLength(html)).toBeLessThan(20_000);
    expect(subject.length).toBeLessThan(60);
    expect(content.preview.length).toBeLessThan(90);
    expect(text).toMatch(/\n-- \nSent by Portcullis at auth\.example\.test\. /);
  });
});

test('nothing in a mail is markup, whatever a link or a host holds', async () => {
  const content = resetPasswordMail(`${URL}/reset-password#token="><script>alert(1)</script>`, 60);
  const { html } = await renderMail({ ...content, heading: '<b>bold</b> & "quoted"' }, URL);
  expect(html).not.toMatch(/<script|<b>/);
});

test('the secret stands in the fragment, on the page of its purpose', () => {
  expect(linkTo(`${URL}/`, 'sign_up', 's')).toBe(`${URL}/verify-email#token=s`);
  expect(linkTo(URL, 'reset_password', 's')).toBe(`${URL}/reset-password#token=s`);
  expect(linkTo(URL, 'change_email', 's')).toBe(`${URL}/confirm-email-change#token=s`);
  expect(linkTo(URL, 'email_changed', 's')).toBe(`${URL}/undo-email-change#token=s`);
});
