import type { Mail, MailAddress } from './mail.ts';

/** The list of received mails as a page. */
export function listPage(mails: readonly Mail[]): string {
  const rows = mails.map(
    (mail) => `<tr${mail.isRead ? '' : ' class="new"'}>
      <td>${escape(named(mail.to))}</td>
      <td><a href="/view/${mail.id}">${escape(mail.subject || '(no subject)')}</a></td>
      <td><time datetime="${mail.created}">${mail.created.slice(11, 19)}</time></td></tr>`,
  );
  const table =
    rows.length === 0
      ? '<p>No mail yet. What the service sends appears here; reload to look again.</p>'
      : `<table><thead><tr><th>To</th><th>Subject</th><th>At (UTC)</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
  return page('Mailbox', `<h1>Mailbox</h1>${table}`);
}

/** One mail as a page: the text with its links clickable, the HTML in a frame that can run nothing. */
export function mailPage(mail: Mail): string {
  const html =
    mail.html === ''
      ? ''
      : `<h2>HTML</h2><iframe sandbox src="/html/${mail.id}" title="The HTML part"></iframe>`;
  return page(
    mail.subject,
    `<p><a href="/">All mails</a></p><h1>${escape(mail.subject || '(no subject)')}</h1>
    <dl><dt>From</dt><dd>${escape(named([mail.from]))}</dd><dt>To</dt><dd>${escape(named(mail.to))}</dd>
    <dt>At</dt><dd>${escape(mail.date)}</dd></dl><pre>${withLinks(mail.text)}</pre>${html}`,
  );
}

function named(addresses: readonly MailAddress[]): string {
  return addresses.map((one) => (one.Name ? `${one.Name} <${one.Address}>` : one.Address)).join(', ');
}

function withLinks(text: string): string {
  return text
    .split(/(https?:\/\/[^\s<>"']+)/)
    .map((part, index) =>
      index % 2 === 1
        ? `<a href="${escape(part)}" target="_blank" rel="noreferrer noopener">${escape(part)}</a>`
        : escape(part),
    )
    .join('');
}

function escape(text: string): string {
  const names: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replaceAll(/[&<>"']/g, (sign) => names[sign] ?? sign);
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(title)} · Portcullis mailbox</title><style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid #8886 }
.new { font-weight: 600 } pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; padding: 1rem; border: 1px solid #8886 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem } dd { margin: 0 }
iframe { width: 100%; height: 36rem; border: 1px solid #8886; background: #fff }
</style></head><body>${body}</body></html>`;
}
