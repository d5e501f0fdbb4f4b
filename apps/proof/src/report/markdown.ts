import type { Report } from './report.ts';

const number = (value: number): string => value.toLocaleString('en-US');

const table = (head: string[], rows: (string | number)[][]): string =>
  [head, head.map(() => '---'), ...rows]
    .map(
      (cells) => `| ${cells.map((cell) => (typeof cell === 'number' ? number(cell) : cell)).join(' | ')} |`,
    )
    .join('\n');

const counts = (record: Record<string, number>): (string | number)[][] =>
  Object.entries(record).sort(([, a], [, b]) => b - a);

/** The report for people. */
export const markdownOf = (report: Report): string => {
  const { versions, judgement, afterRevocation } = report;
  return [
    `# Real processes, real faults: ${report.verdict === 'held' ? 'every guarantee held' : 'VIOLATED'}`,
    `Three API instances behind nginx and one worker, on real Postgres and Redis, for ${Math.round(report.seconds)} seconds under faults. Seed \`${report.seed}\`, begun ${report.startedAt}. The seed fixes which faults come in which order and what clients choose, not the machine's timing: another run with it is alike, not equal.`,
    `\`${versions.commit}\` · Node ${versions.node} · Postgres ${versions.postgres} · Redis ${versions.redis} · nginx ${versions.nginx} · ${versions.system} · ${versions.processors} · ${versions.memoryGiB} GiB · load ${versions.load}`,
    table(
      ['guarantee', 'claim', 'occasions', 'broken'],
      report.claims.map(({ guarantee, claim, occasions, broken }) => [guarantee, claim, occasions, broken]),
    ),
    `## Verifications after revocation\n\n${number(afterRevocation.verifications)} verifications began after the answer that ended their session and were decided; ${number(afterRevocation.accepted.length)} accepted it. ${number(afterRevocation.sessions)} sessions were ended. By how long the session had been over:`,
    table(
      ['over for at most', 'verifications'],
      Object.entries(afterRevocation.byAge).sort(
        ([a], [b]) => Number.parseFloat(a) - Number.parseFloat(b) || a.localeCompare(b),
      ),
    ),
    table(['way of asking and status', 'requests'], counts(afterRevocation.requests)),
    `## Histories\n\n${number(judgement.operations)} operations of ${number(judgement.accounts)} accounts, ${number(judgement.unknowns)} of unknown outcome; ${judgement.violations.length} violations, ${judgement.undecided} searches given up, ${number(judgement.nodes)} search steps.`,
    table(['operation and result', 'count'], counts(judgement.kinds)),
    table(['answer to a client', 'count'], counts(report.answers)),
    '## Faults',
    table(
      ['fault', 'of the list', 'times'],
      report.faults.map(({ name, covers, count }) => [name, covers.join(', '), count]),
    ),
    oddities(report),
    settings(report),
  ].join('\n\n');
};

const oddities = ({ oddities: found, halfDone, mails }: Report): string =>
  [
    '## What else was seen',
    `- ${number(mails.received)} notices arrived, ${mails.copies} of them more than once (a worker that dies between the mail server's acceptance and its record sends again, with the same Message-ID), ${mails.missing} were still waiting at the end.`,
    ...halfDone.map(({ what, count }) => `- ${count} ${what}`),
    ...Object.entries(found).map(([what, count]) => `- ${count} × ${what.split('\n')[0]}`),
  ].join('\n');

const settings = ({ settings: used }: Report): string =>
  `## Settings\n\n${Object.entries(used)
    .map(([name, value]) => `- ${name}: ${value}`)
    .join('\n')}\n`;
