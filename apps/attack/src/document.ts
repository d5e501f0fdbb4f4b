import type { Case } from './case.ts';

/** docs/attacks.md: every line of the catalogue, what is expected, and what is not attacked and why. */
export const documentOf = (cases: readonly Case[]): string => {
  const lines = cases
    .toSorted((a, b) => Number(a.id.slice(3)) - Number(b.id.slice(3)))
    .map((one) =>
      'run' in one
        ? `| ${one.id} | ${cell(one.what)} | \`${one.expected.replaceAll('|', '/')}\` |`
        : `| ${one.id} | ${cell(one.what)} | not made here: ${cell(one.because)} |`,
    );
  return `${HEAD}\n\n| id | attack | what has to come of it |\n| --- | --- | --- |\n${lines.join('\n')}\n`;
};

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

const HEAD = `# What attackers try, and what they get

\`npm run attack\` makes every attack of this table on the running service: nginx with TLS in front, two instances behind
it and a third beside it, a worker, and real stores, with the limits of a production. It knows the service from outside only:
HTTP, the mailbox and the commands of an operator. It prints one line per attack,
\`AT-17 held|fell|skipped <what> expected=… got=…\`, and fails when one fell. It is the suite \`attack\` of \`npm test\`.

An attack that is not made, because the feature does not exist or because it cannot be made from outside, says so and counts
as skipped, never as withstood. Times of known and unknown addresses are compared by \`npm run attack -- --timing\`,
which wants an idle machine; the suite itself compares what does not depend on the machine: answers, headers, mails and
the number of password hashes.

This table is written by \`npm run attack -- --docs\`.`;
