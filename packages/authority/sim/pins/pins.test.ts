import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Pin, sqlOf, stepsOf } from './collect.ts';
import { sqlPins } from './sql.ts';
import { stepPins, VERB } from './steps.ts';

const root = new URL('../../../../', import.meta.url);
const STORES = 'packages/authority/src/postgres/';
const sourceOf = (file: string) => readFileSync(new URL(file, root), 'utf8');
const review = ({ file, fake }: Pin) =>
  `${file} changed. Its fake: ${fake}. Does it still do the same? Then pin the new text.`;

describe('the real code says what the fakes of the simulation stand for', () => {
  it.each(sqlPins)('G1, G4, G6, G10: the SQL of $file', (pin) => {
    expect(sqlOf(sourceOf(pin.file)), review(pin)).toEqual(pin.texts);
  });

  it.each(stepPins)('G1, G4, G6, G10: the steps of $file', (pin) => {
    expect(stepsOf(sourceOf(pin.file), pin.pattern), review(pin)).toEqual(pin.texts);
  });

  it('no SQL of the protocol is without a pin', () => {
    const files = readdirSync(new URL(STORES, root)).filter((name) => !name.endsWith('.test.ts'));
    const speaking = files.map((name) => STORES + name).filter((file) => sqlOf(sourceOf(file)).length > 0);
    const pinned = sqlPins.map(({ file }) => file).filter((file) => file.startsWith(STORES));
    // guard.ts is given its statements.
    expect(speaking.sort()).toEqual(pinned.sort());
  });
});

describe('what is compared', () => {
  it('is the text without comments and white space', () => {
    const source =
      "// SELECT 0\nconst A = `\n  SELECT 1\n   FROM a`; /* 'UPDATE b' */ f('DELETE FROM c', 'no statement')";
    expect(sqlOf(source)).toEqual(['SELECT 1 FROM a', 'DELETE FROM c']);
    expect(sqlOf(source.replace('FROM a', 'FROM a FOR SHARE'))).not.toEqual(sqlOf(source));
  });

  it('is the order of the steps', () => {
    const first =
      'revoking(a, async () => { await isLive(tx); return { ends: true, apply: () => endSession(tx) }; })';
    expect(stepsOf(`// isLive(tx)\n${first}`, VERB)).toEqual([
      'revoking',
      'isLive',
      'ends: true',
      'endSession',
    ]);
    expect(stepsOf(first.replace('await isLive(tx);', ''), VERB)).not.toContain('isLive');
  });
});
