/** What one suite adds to the sum. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
  /** What to print beside the numbers when they do not speak for themselves. */
  note: string;
}

/** The shapes of report that suites write. */
export type ReportKind = 'vitest' | 'playwright' | 'steps';

/**
 * Reads one suite's report. A suite that wrote none, wrote an unreadable one, ran no test, or ended with an error that
 * its report does not show counts as a failure: silence is never success.
 *
 * @param text the report's content, null when there is no file
 * @param exitCode how the suite's command ended
 */
export function readReport(kind: ReportKind, text: string | null, exitCode: number): Tally {
  if (text === null) return silent(`it wrote no report (exit code ${exitCode})`);
  let tally: Tally;
  try {
    tally = readers[kind](JSON.parse(text));
  } catch (error) {
    return silent(`its report cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (tally.passed + tally.failed === 0) return silent('it ran no test');
  if (exitCode !== 0 && tally.failed === 0) {
    return { ...tally, failed: 1, note: `it ended with exit code ${exitCode} though no test failed` };
  }
  return tally;
}

function silent(note: string): Tally {
  return { passed: 0, failed: 1, skipped: 0, note };
}

const readers: Record<ReportKind, (report: unknown) => Tally> = {
  vitest: (report) => {
    const files = list(field(report, 'testResults'));
    const broken = files.filter((file) => field(file, 'status') === 'failed' && !holdsFailure(file)).length;
    return {
      passed: count(report, 'numPassedTests'),
      failed: count(report, 'numFailedTests') + broken,
      skipped: count(report, 'numPendingTests') + count(report, 'numTodoTests'),
      note: broken === 0 ? '' : `${broken} file(s) failed outside of any test`,
    };
  },
  playwright: (report) => {
    const stats = field(report, 'stats');
    const errors = list(field(report, 'errors')).length;
    return {
      passed: count(stats, 'expected'),
      // A test that needed a second attempt hides a fault of the service or of the test.
      failed: count(stats, 'unexpected') + count(stats, 'flaky') + errors,
      skipped: count(stats, 'skipped'),
      note: errors === 0 ? '' : `${errors} error(s) outside of any test`,
    };
  },
  steps: (report) => {
    const steps = list(field(report, 'steps'));
    const skipped = steps.filter(isSkipped).length;
    const passed = steps.filter((step) => field(step, 'ok') === true && !isSkipped(step)).length;
    return { passed, failed: steps.length - passed - skipped, skipped, note: '' };
  },
};

/** A step that was not made says so; it is neither passed nor failed. */
function isSkipped(step: unknown): boolean {
  return typeof step === 'object' && step !== null && 'skipped' in step && step.skipped === true;
}

function holdsFailure(file: unknown): boolean {
  return list(field(file, 'assertionResults')).some((test) => field(test, 'status') === 'failed');
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !(name in value))
    throw new Error(`"${name}" is missing`);
  return (value as Record<string, unknown>)[name];
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Error('a list is missing');
  return value;
}

function count(value: unknown, name: string): number {
  const found = field(value, name);
  if (typeof found !== 'number' || !Number.isInteger(found) || found < 0)
    throw new Error(`"${name}" is no count`);
  return found;
}
