import { stripVTControlCharacters } from 'node:util';
import type { ReportKind } from './reports.ts';

const LINES = 4;
const WIDTH = 200;

/** A test that failed, and the first lines of why. */
export interface Failure {
  name: string;
  why: string;
}

/** What a suite's report tells about the tests that failed; a report that cannot be read tells of none. */
export function readFailures(kind: ReportKind, text: string | null): Failure[] {
  if (text === null) return [];
  try {
    return readers[kind](JSON.parse(text));
  } catch {
    return [];
  }
}

const readers: Record<ReportKind, (report: unknown) => Failure[]> = {
  vitest: (report) =>
    (report as VitestReport).testResults.flatMap(({ name, status, message, assertionResults }) => {
      const failed = assertionResults.filter((test) => test.status === 'failed');
      if (status === 'failed' && failed.length === 0) return [{ name, why: short(message ?? '') }];
      return failed.map((test) => ({ name: test.fullName, why: short(test.failureMessages?.[0] ?? '') }));
    }),
  playwright: (report) => inSuite(report as PlaywrightSuite),
  steps: (report) =>
    (report as StepsReport).steps
      .filter(({ ok, skipped }) => !ok && skipped !== true)
      .map(({ name }) => ({ name, why: '' })),
};

interface VitestReport {
  testResults: {
    name: string;
    status: string;
    message?: string;
    assertionResults: { status: string; fullName: string; failureMessages?: string[] }[];
  }[];
}

interface StepsReport {
  steps: { name: string; ok: boolean; skipped?: boolean }[];
}

interface PlaywrightSuite {
  suites?: PlaywrightSuite[];
  specs?: {
    title: string;
    file: string;
    tests: { status: string; results: { error?: { message?: string } }[] }[];
  }[];
}

function inSuite({ suites = [], specs = [] }: PlaywrightSuite): Failure[] {
  const own = specs.flatMap(({ title, file, tests }) =>
    tests
      .filter(({ status }) => status === 'unexpected' || status === 'flaky')
      .map(({ results }) => ({
        name: `${file}: ${title}`,
        why: short(results.find(({ error }) => error !== undefined)?.error?.message ?? ''),
      })),
  );
  return [...own, ...suites.flatMap(inSuite)];
}

function short(message: string): string {
  return stripVTControlCharacters(message)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, LINES)
    .map((line) => line.trim().slice(0, WIDTH))
    .join('\n');
}
