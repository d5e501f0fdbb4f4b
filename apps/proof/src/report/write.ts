import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MutantResult } from '../mutants/run.ts';
import type { PeerRun } from '../peers/run.ts';
import { peerVersions } from '../peers/install.ts';
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

/** What `npm test` adds up: one step for each claim. */
export const writeSteps = (file: string, { claims }: Report): void => {
  const steps = claims.map(({ guarantee, claim, broken }) => ({
    name: `${guarantee} ${claim}`.trim(),
    ok: broken === 0,
  }));
  writeFileSync(file, JSON.stringify({ steps }));
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

/** The service and its peers in the same scenarios, from one run. */
export const writePeers = (folder: string, runs: readonly PeerRun[]): void => {
  mkdirSync(folder, { recursive: true });
  const versions = peerVersions();
  const at = new Date().toISOString();
  writeFileSync(join(folder, 'peers.json'), `${JSON.stringify({ at, versions, runs }, null, 2)}\n`);
  const rows = runs.map(({ name, settings, result, failure }) => {
    const title = `| ${name}${settings === '' ? ', defaults' : `: ${settings}`}`;
    if (result === null) return `${title} | could not be run: ${failure} | | | | |`;
    const { afterReset, inFlight, oldDump, redisGone } = result;
    const stale = `${afterReset.accepted} of ${afterReset.checks}${afterReset.accepted > 0 ? `, for ${afterReset.lastAcceptedMs} ms and on` : ''}`;
    const gone = `live: ${redisGone.live}, ended: ${redisGone.dead}, sign-in: ${redisGone.signIn}; back and empty: live ${redisGone.liveAfterEmptyRestart}, ended ${redisGone.deadAfterEmptyRestart}`;
    return `${title} | ${stale} | ${inFlight.survivors} of ${inFlight.answered} | ${oldDump.revived} of ${oldDump.sessions} | ${gone} |`;
  });
  writeFileSync(
    join(folder, 'peers.md'),
    `# The service and its peers in the same scenarios

Two instances of each on one machine with the same Postgres and Redis, begun ${at}. Versions: ${Object.entries(
      versions,
    )
      .map(([name, version]) => `${name} ${version}`)
      .join(
        ', ',
      )}. Each with its defaults and with the strict settings that its documentation names. Nobody claims that they promise more: what is counted is what they do. \`npm run proof -- --peers\`; the adapters are in apps/proof/peers.

| service and settings | old session accepted after the reset returned | sessions of sign-ins in flight that outlive the reset | ended sessions that an old Redis dump revives | Redis away, then back and empty |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

The old session is checked for 0.5 s after each reset, alternately at both instances. "refused" of a live session while Redis is away means that an outage signs people out; "unavailable" that it is reported as one.
`,
  );
};
