import type { SettingFacts } from './fields.ts';
import { SETTING_NAMES, settings } from './settings.ts';

const WIDTH = 100;

/** The text of `.env.example`: every setting with its meaning and its default, commented out. */
export const environmentDocs = (): string => {
  const lines = [
    '# Every setting of Portcullis. Made by: npm run --silent portcullis -- config docs > apps/api/.env.example',
    '# Nothing here needs to be set for npm start. Settings marked [secret] are also read from the file that <NAME>_FILE names.',
  ];
  let group = '';
  for (const name of SETTING_NAMES) {
    const facts = settings.shape[name].meta() as unknown as SettingFacts;
    if (facts.group !== group) {
      group = facts.group;
      lines.push('', `# --- ${group} ---`);
    }
    const note = facts.defaultNote === undefined ? '' : ` Default: ${facts.defaultNote}.`;
    lines.push(
      '',
      ...wrap(`${facts.secret === true ? '[secret] ' : ''}${facts.description}${note}`),
      `#${name}=${facts.default ?? ''}`,
    );
  }
  return `${lines.join('\n')}\n`;
};

const wrap = (text: string): string[] => {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + word.length < WIDTH) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(`# ${word}`);
  }
  return lines;
};
