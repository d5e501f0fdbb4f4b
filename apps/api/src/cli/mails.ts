import { type Command, Option } from 'commander';
import { LANGUAGES, type Language } from '../domain/language.ts';
import { MAIL_TEMPLATES, type MailTemplate } from '../mail/content.ts';
import { answer, CommandFailed, examples, type Io, type JsonOption, withJson } from './io.ts';

interface PreviewOptions extends JsonOption {
  out?: string;
  lang?: Language;
  kind?: MailTemplate;
}

/** Where `npm start` serves the pages. */
const PUBLIC_URL = 'http://localhost:5173';

/** Adds `mails preview`. It needs no database and sends nothing. */
export const registerMails = (program: Command, io: Io): void => {
  const mails = program.command('mails').description('look at the mails that the service sends');

  withJson(mails.command('preview'))
    .description('write every mail in every language, both parts, as files with an index page')
    .option('--out <folder>', 'where to; a folder of its own under the temporary files if not given')
    .addOption(new Option('--lang <language>', 'only this language').choices(LANGUAGES))
    .addOption(new Option('--kind <template>', 'only this mail').choices(MAIL_TEMPLATES))
    .addHelpText(
      'after',
      examples(
        'mails preview --out mails',
        'mails preview --lang de --kind reset_password --json',
        'mails preview   # with PUBLIC_URL=https://auth.example.org in the environment, for its links',
      ),
    )
    .action(async (options: PreviewOptions) => {
      const { writePreviews } = await import('./mail-previews.ts');
      const written = await writePreviews({
        folder: options.out ?? null,
        publicUrl: publicUrlOf(io),
        languages: options.lang === undefined ? LANGUAGES : [options.lang],
        templates: options.kind === undefined ? MAIL_TEMPLATES : [options.kind],
      });
      const lines = [`${written.mails.length} mails, both parts of each`, `look at them: ${written.index}`];
      answer(io, options, written, lines);
    });
};

/** Links lead to the service's pages where it is known, and to those of development otherwise. */
const publicUrlOf = (io: Io): string => {
  const url = io.env['PUBLIC_URL'] || PUBLIC_URL;
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw new CommandFailed('PUBLIC_URL is no http or https address');
  return url;
};
