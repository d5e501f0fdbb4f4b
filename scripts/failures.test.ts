import { expect, test } from 'vitest';
import { readFailures } from './failures.ts';

test('names the failed tests of vitest, and a file that broke outside of any', () => {
  const report = {
    testResults: [
      {
        name: '/there/a.test.ts',
        status: 'failed',
        assertionResults: [
          { status: 'passed', fullName: 'a holds' },
          {
            status: 'failed',
            fullName: 'b holds',
            failureMessages: ['\u001b[31mexpected 1\u001b[39m\n\n  to be 2'],
          },
        ],
      },
      { name: '/there/c.test.ts', status: 'failed', message: 'no such module', assertionResults: [] },
    ],
  };
  expect(readFailures('vitest', JSON.stringify(report))).toEqual([
    { name: 'b holds', why: 'expected 1\nto be 2' },
    { name: '/there/c.test.ts', why: 'no such module' },
  ]);
});

test('names the failed browser tests, also those that passed at the second attempt', () => {
  const spec = (title: string, status: string, errors: string[]) => ({
    title,
    file: 'x.e2e.ts',
    tests: [{ status, results: errors.map((message) => (message === '' ? {} : { error: { message } })) }],
  });
  const specs = [
    spec('one', 'expected', ['']),
    spec('two', 'unexpected', ['no button']),
    spec('three', 'flaky', ['late', '']),
  ];
  expect(readFailures('playwright', JSON.stringify({ suites: [{ suites: [{ specs }] }] }))).toEqual([
    { name: 'x.e2e.ts: two', why: 'no button' },
    { name: 'x.e2e.ts: three', why: 'late' },
  ]);
});

test('names the failed steps', () => {
  const steps = [
    { name: 'lint', ok: true },
    { name: 'types', ok: false },
  ];
  expect(readFailures('steps', JSON.stringify({ steps }))).toEqual([{ name: 'types', why: '' }]);
});

test('a report that is missing or cannot be read names none', () => {
  expect(readFailures('vitest', null)).toEqual([]);
  expect(readFailures('playwright', '{')).toEqual([]);
  expect(readFailures('steps', '{}')).toEqual([]);
});
