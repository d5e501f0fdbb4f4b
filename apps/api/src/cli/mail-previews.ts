import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Language } from '../domain/language.ts';
import type { MailTemplate } from '../mail/content.ts';
import { type RenderedMail, renderMail } from '../mail/render.ts';
import { sampleMails } from '../mail/samples.ts';

export interface PreviewWish {
  /** Made when it is not there; null: a new one under the temporary files. */
  folder: string | null;
  publicUrl: string;
  languages: readonly Language[];
  templates: readonly MailTemplate[];
}

interface WrittenMail {
  template: MailTemplate;
  language: Language;
  subject: string;
  /** What programs show beside the subject. */
  preview: string;
  html: string;
  text: string;
}

/** Writes the mails and a page that shows them. @returns absolute paths */
export const writePreviews = async (
  wish: PreviewWish,
): Promise<{ folder: string; index: string; mails: WrittenMail[] }> => {
  const folder =
    wish.folder === null ? await mkdtemp(join(tmpdir(), 'portcullis-mails-')) : resolve(wish.folder);
  await mkdir(folder, { recursive: true });
  const mails: WrittenMail[] = [];
  // One mail in its languages side by side: that is how they are compared.
  for (const template of wish.templates) {
    for (const language of wish.languages) {
      const content = sampleMails(language, wish.publicUrl)[template];
      const rendered = await renderMail(content, wish.publicUrl);
      mails.push(await write(folder, template, content.preview, rendered));
    }
  }
  const index = join(folder, 'index.html');
  await writeFile(index, indexPage(mails));
  return { folder, index, mails };
};

const nameOf = ({ template, language }: Pick<WrittenMail, 'template' | 'language'>): string =>
  `${template}.${language}`;

const write = async (
  folder: string,
  template: MailTemplate,
  preview: string,
  { language, subject, html, text }: RenderedMail,
): Promise<WrittenMail> => {
  const base = join(folder, nameOf({ template, language }));
  await Promise.all([writeFile(`${base}.html`, html), writeFile(`${base}.txt`, `${subject}\n\n${text}`)]);
  return { template, language, subject, preview, html: `${base}.html`, text: `${base}.txt` };
};

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** Nothing but this file and its neighbours is loaded: it can be opened from the disk. */
const indexPage = (mails: readonly WrittenMail[]): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Mails of Portcullis</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem; }
main { display: grid; gap: 2rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 28rem), 1fr)); }
h2 { font-size: 1rem; margin: 0; }
p { margin: 0 0 .25rem; }
iframe { background: Canvas; block-size: 45rem; border: 1px solid GrayText; inline-size: 100%; }
</style>
</head>
<body>
<h1>Mails of Portcullis</h1>
<p>Each as its reader sees it, in the light or dark of this browser, with facts that nobody has.</p>
<main>
${mails.map(section).join('\n')}
</main>
</body>
</html>
`;

const section = (mail: WrittenMail): string => {
  const name = nameOf(mail);
  return `<section lang="${mail.language}">
<h2>${escaped(mail.subject)}</h2>
<p>${escaped(mail.preview)}</p>
<p lang="en">${name} · <a href="${name}.html">HTML</a> · <a href="${name}.txt">text</a></p>
<iframe src="${name}.html" title="${escaped(`${name}: ${mail.subject}`)}" loading="lazy" sandbox="allow-popups"></iframe>
</section>`;
};
