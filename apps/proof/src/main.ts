import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { stdin, stdout } from 'node:process';
import { readArguments, USAGE, type Wishes } from './arguments.ts';
import { runRealMutants } from './mutants/run.ts';
import { allFaults } from './nemesis/nemesis.ts';
import { runPeers } from './peers/run.ts';
import { reportOn } from './report/report.ts';
import { writeMutants, writePeers, writeReport, writeSteps } from './report/write.ts';
import { runProof } from './run.ts';
import { repository } from './stack/snapshot.ts';

const EVIDENCE = join(repository, 'docs/evidence');

/** Committed files keep the form that the repository's gate asks for. */
const keepEvidence = (write: (folder: string) => void): void => {
  write(EVIDENCE);
  execFileSync(join(repository, 'node_modules/.bin/biome'), ['format', '--write', EVIDENCE], {
    cwd: repository,
    stdio: 'ignore',
  });
};

const say = (line: string): void => void stdout.write(`${line}\n`);

/** Ctrl-C ends the attack, and what was heard until then is judged; a second one ends everything at once. */
const untilTold = (): AbortSignal => {
  const over = new AbortController();
  const tell = () => {
    if (over.signal.aborted) process.exit(130);
    say('\nEnding: what was heard so far is judged …');
    over.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, tell);
  process.on('disconnect', tell);
  process.channel?.unref();
  return over.signal;
};

const attack = async (wishes: Wishes, over: AbortSignal): Promise<number> => {
  const folder = wishes.out ?? join(repository, '.portcullis/proof', `${stamp()}-${wishes.seed}`);
  say(
    `Seed ${wishes.seed}, ${wishes.seconds} seconds under faults; again: npm run proof -- --seed ${wishes.seed}`,
  );
  const findings = await runProof({
    ...{ seed: wishes.seed, seconds: wishes.seconds, over, say, checkout: wishes.from ?? repository },
    logs: join(folder, 'logs'),
    faults: allFaults.filter(({ name }) => wishes.faults === undefined || wishes.faults.test(name)),
  });
  const report = reportOn(findings);
  writeReport(folder, report, findings);
  if (wishes.evidence) keepEvidence((to) => writeReport(to, report, findings));
  if (wishes.steps !== undefined) writeSteps(wishes.steps, report);
  say('');
  for (const { guarantee, claim, occasions, broken } of report.claims)
    say(`${broken === 0 ? 'held  ' : 'BROKEN'}  ${guarantee.padEnd(22)} ${claim}: ${broken} of ${occasions}`);
  for (const [what, count] of Object.entries(report.oddities)) say(`seen    ${count} × ${what}`);
  say(`\nReport: ${folder}/report.md`);
  say(
    report.verdict === 'held' ? 'Every guarantee held.' : `VIOLATED. ${folder}/violations.json says where.`,
  );
  if (report.verdict === 'violated') return 1;
  return over.aborted ? 130 : 0;
};

const MUTANT_SECONDS = 180;

const attackMutants = async (wishes: Wishes, over: AbortSignal): Promise<number> => {
  const results = await runRealMutants({
    ...{ checkout: wishes.from ?? repository, seed: wishes.seed, secondsEach: MUTANT_SECONDS, over, say },
    ...(wishes.faults === undefined ? {} : { only: wishes.faults }),
  });
  if (wishes.evidence) keepEvidence((to) => writeMutants(to, results));
  return results.every(({ broken }) => broken.length > 0) ? 0 : 1;
};

const PEER_ROUNDS = 12;

/** What peers do is a finding; only what this service does is judged. */
const comparePeers = async (wishes: Wishes, over: AbortSignal): Promise<number> => {
  const runs = await runPeers({ checkout: wishes.from ?? repository, rounds: PEER_ROUNDS, over, say });
  writePeers(wishes.out ?? join(repository, '.portcullis/proof', `${stamp()}-peers`), runs);
  if (wishes.evidence) keepEvidence((to) => writePeers(to, runs));
  const [own] = runs;
  if (!own?.result) return 1;
  const { afterReset, inFlight, oldDump } = own.result;
  return afterReset.accepted + inFlight.survivors + oldDump.revived === 0 ? 0 : 1;
};

const stamp = (): string => new Date().toISOString().slice(0, 19).replaceAll(':', '').replace('T', '-');

const wishes = readArguments(process.argv.slice(2));
if (typeof wishes === 'string') {
  say(wishes === '' ? USAGE : `${wishes}\n\n${USAGE}`);
  process.exit(wishes === '' ? 0 : 2);
}
stdin.unref?.();
try {
  const over = untilTold();
  const work = wishes.realMutants ? attackMutants : wishes.peers ? comparePeers : attack;
  process.exitCode = await work(wishes, over);
} catch (error) {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
}
process.exit();
