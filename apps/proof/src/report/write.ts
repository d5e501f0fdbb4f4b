import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
