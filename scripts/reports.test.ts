import { expect, test } from 'vitest';
import { readReport } from './reports.ts';

function vitestReport(changes: Record<string, unknown> = {}): string {
  return JSON.stringify({
    numPassedTests: 3,
    numFailedTests: 0,
    numPendingTests: 1,
    numTodoTests: 0,
    testResults: [{ status: 'passed', assertionResults: [{ status: 'passed' }] }],
    ...changes,
  });
}

test('adds what passed', () => {
  expect(readReport('vitest', vitestReport(), 0)).toEqual({ passed: 3, failed: 0, skipped: 1, note: '' });
});

test('a missing report is a failure', () => {
  expect(readReport('vitest', null, 0)).toMatchObject({ passed: 0, failed: 1 });
});

test('an unreadable or incomplete report is a failure', () => {
  expect(readReport('vitest', '{"numPassedTests": 3', 0)).toMatchObject({ passed: 0, failed: 1 });
  expect(readReport('vitest', '{"numPassedTests": 3}', 0)).toMatchObject({ passed: 0, failed: 1 });
  expect(readReport('playwright', '[]', 0)).toMatchObject({ passed: 0, failed: 1 });
});

test('a suite without tests is a failure', () => {
  expect(readReport('vitest', vitestReport({ numPassedTests: 0 }), 0)).toMatchObject({ failed: 1 });
  expect(readReport('steps', '{"steps": []}', 0)).toMatchObject({ failed: 1 });
});

test('a failed test is a failure, and so is a file that breaks before its first test', () => {
  expect(readReport('vitest', vitestReport({ numFailedTests: 2 }), 1)).toMatchObject({
    passed: 3,
    failed: 2,
  });
  const testResults = [{ status: 'failed', assertionResults: [] }];
  expect(readReport('vitest', vitestReport({ testResults }), 1)).toMatchObject({ passed: 3, failed: 1 });
});

test('an exit code that the report does not explain is a failure', () => {
  expect(readReport('vitest', vitestReport(), 1)).toMatchObject({ passed: 3, failed: 1 });
});

test('reads the browser tests, where a second attempt counts as failed', () => {
  const stats = { expected: 5, unexpected: 1, flaky: 1, skipped: 2 };
  expect(readReport('playwright', JSON.stringify({ stats, errors: [] }), 1)).toMatchObject({
    passed: 5,
    failed: 2,
  });
  expect(readReport('playwright', JSON.stringify({ stats, errors: [{}] }), 1)).toMatchObject({ failed: 3 });
});

test('reads the steps of the check', () => {
  const steps = [
    { name: 'lint', ok: true },
    { name: 'types', ok: false },
  ];
  expect(readReport('steps', JSON.stringify({ steps }), 1)).toMatchObject({ passed: 1, failed: 1 });
});

test('a step that was skipped is neither passed nor failed, and a suite of skipped steps alone is a failure', () => {
  const skipped = { name: 'no such feature', ok: false, skipped: true };
  const steps = [{ name: 'held', ok: true }, skipped, { name: 'fell', ok: false, skipped: false }];
  expect(readReport('steps', JSON.stringify({ steps }), 1)).toEqual({
    ...{ passed: 1, failed: 1, skipped: 1, note: '' },
  });
  expect(readReport('steps', JSON.stringify({ steps: [skipped] }), 0)).toMatchObject({
    passed: 0,
    failed: 1,
  });
});
