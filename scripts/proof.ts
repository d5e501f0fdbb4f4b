// `npm run proof`: the simulated part and the one with real processes, each a program of its own package.
const args = process.argv.slice(2);
const isSimulated = args.some((arg) => /^--(sim|mutants|replay)(=|$)/.test(arg));

if (isSimulated) {
  // No channel to whoever started this must keep a finished script alive.
  process.channel?.unref();
  const { main } = await import('../packages/authority/sim/main.ts');
  try {
    process.exitCode = await main(args);
  } catch (error) {
    process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  }
} else {
  await import('../apps/proof/src/main.ts');
}
