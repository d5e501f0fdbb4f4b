import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MAIL_TEMPLATES } from '../mail/content.ts';
import { run } from './program.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mails-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const preview = async (args: string[], env: Record<string, string> = {}) => {
  let [out, err] = ['', ''];
  const code = await run(['mails', 'preview', ...args], {
    env,
    out: (text) => (out += text),
    err: (text) => (err += text),
  });
  return { code, out, err };
};

test('every mail is written in both languages and both parts, with an index page, and no database is named', async () => {
  const { code, out, err } = await preview(['--out', folder]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain(join(folder, 'index.html'));
  const expected = MAIL_TEMPLATES.flatMap((template) =>
    ['en.html', 'en.txt', 'de.html', 'de.txt'].map((ending) => `${template}.${ending}`),
  );
  expect((await readdir(folder)).sort()).toEqual([...expected, 'index.html'].sort());
  const index = await readFile(join(folder, 'index.html'), 'utf8');
  for (const name of expected) expect(index).toContain(`href="${name}"`);
  expect(index).not.toMatch(/https?:\/\//);
  expect(await readFile(join(folder, 'sign_up.de.txt'), 'utf8')).toMatch(/^Bestätige deine E-Mail-Adresse\n/);
});

test('one language and one mail can be asked for, with links to a service of a name', async () => {
  const args = ['--out', join(folder, 'new'), '--lang', 'de', '--kind', 'reset_password', '--json'];
  const { code, out } = await preview(args, { PUBLIC_URL: 'https://auth.example.test' });
  expect(code).toBe(0);
  const made = join(folder, 'new');
  expect(JSON.parse(out)).toEqual({
    folder: made,
    index: join(made, 'index.html'),
    mails: [
      {
        template: 'reset_password',
        language: 'de',
        subject: 'Wähle ein neues Passwort',
        preview: 'Der Link dazu steht in dieser Mail.',
        html: join(made, 'reset_password.de.html'),
        text: join(made, 'reset_password.de.txt'),
      },
    ],
  });
  expect(await readFile(join(made, 'reset_password.de.txt'), 'utf8')).toMatch(
    /^https:\/\/auth\.example\.test\/reset-password#token=\S+$/m,
  );
});

test.each([[['--lang', 'fr']], [['--kind', 'bogus']], [['extra']]])(
  '%j was called wrongly: 2, and nothing on standard output',
  async (args) => {
    const { code, out, err } = await preview(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).not.toBe('');
  },
);

test('an address of the service that is none is said', async () => {
  const { code, out, err } = await preview(['--out', folder], { PUBLIC_URL: 'auth.example.test' });
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain('PUBLIC_URL');
});

test('the help shows an example', async () => {
  expect((await preview(['--help'])).out).toContain('$ npm run --silent portcullis -- mails preview');
});
