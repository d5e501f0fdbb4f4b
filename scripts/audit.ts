// `npm run audit`: asks the registry for known vulnerabilities of what the lockfile names. Ends with 1 for one of high
// or critical severity. A registry that cannot be asked is told and is no failure: it says nothing about the packages.
import { runCommand } from './command.ts';

interface Advisory {
  module_name?: string;
  severity?: string;
  title?: string;
  url?: string;
}

const { stdout } = await runCommand('pnpm', ['audit', '--json'], {
  env: { ...process.env, pnpm_config_fetch_retries: '0' },
  timeoutMs: 60_000,
});
const advisories = advisoriesIn(stdout);
if (advisories === null) {
  process.stdout.write('The registry did not answer the audit: nothing is known about vulnerabilities.\n');
} else {
  const grave = advisories.filter(({ severity }) => severity === 'high' || severity === 'critical');
  for (const { module_name, severity, title, url } of advisories)
    process.stdout.write(`${severity}\t${module_name}\t${title}\t${url}\n`);
  process.stdout.write(`${advisories.length} known vulnerabilities, ${grave.length} of them grave\n`);
  process.exitCode = grave.length === 0 ? 0 : 1;
}

/** Null when it is no report: an error page, an error of pnpm, or nothing. */
function advisoriesIn(text: string): Advisory[] | null {
  try {
    const report = JSON.parse(text) as { advisories?: Record<string, Advisory> };
    return report.advisories === undefined ? null : Object.values(report.advisories);
  } catch {
    return null;
  }
}
