import { runProof, newSeed } from './run.ts';
const over = new AbortController();
process.on('SIGINT', () => over.abort());
process.on('SIGTERM', () => over.abort());
const seconds = Number(process.argv[2] ?? 40);
const found = await runProof({
  seed: process.argv[3] ?? newSeed(),
  seconds,
  over: over.signal,
  checkout: process.env['PROOF_FROM'] ?? '/work/main',
  say: (line) => void process.stdout.write(`${line}\n`),
});
process.stdout.write(
  JSON.stringify(
    {
      ...found,
      injected: found.injected.length,
      graveyard: {
        verifications: found.graveyard.verifications,
        buried: found.graveyard.buried,
        ages: found.graveyard.ages,
        accepted: found.graveyard.accepted.slice(0, 3),
      },
      judge: { ...found.judge, violations: found.judge.violations.slice(0, 2) },
    },
    null,
    1,
  ),
);
process.exit(0);
