import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MutantResult } from '../mutants/run.ts';
import type { Findings, Report } from './report.ts';
import { markdownOf } from './markdown.ts';

/** Writes the report, and everything that helps to understand a violation, into a folder. */
export const writeReport = (folder: string, report: Report, findings: Findings): void => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'report.json'), `${JSON.stringify(summary(report), null, 2)}\n`);
  writeFileSync(join(folder, 'report.md'), markdownOf(report));
  const { violations } = report.judgement;
  const { accepted } = report.afterRevocation;
  if (violations.length + accepted.length > 0)
    writeFileSync(
      join(folder, 'violations.json'),
      `${JSON.stringify({ accepted, violations, faults: findings.injected }, null, 2)}\n`,
    );
};

/** Committed reports hold counts; what single accounts did stays beside them. */
const summary = ({ judgement, ...report }: Report) => ({
  ...report,
  judgement: { ...judgement, violations: judgement.violations.map(({ what }) => what) },
});

/** Which builds with a part removed the real-process run catches, and by which claim. */
export const writeMutants = (folder: string, results: readonly MutantResult[]): void => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'real-mutants.json'), `${JSON.stringify(results, null, 2)}\n`);
  const rows = results.map(
    ({ name, breaks, broken, seconds }) =>
      `| ${name} | ${breaks} | ${broken.length > 0 ? broken.join('; ') : '**not caught**'} | ${seconds} |`,
  );
  const caught = results.filter(({ broken }) => broken.length > 0).length;
  writeFileSync(
    join(folder, 'real-mutants.md'),
    `# Builds with a part removed, under the real-process run: ${caught} of ${results.length} caught\n\nEach build is a copy of the service in which one part is taken out of the source. The run is the same as for the whole service and ends at the first violation. \`npm run proof -- --real-mutants\`\n\n| removed | what breaks | what the run found | seconds, with start and end |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`,
  );
};
