import { join } from 'node:path';
import { packageProgram, root } from './command.ts';
import type { ReportKind } from './reports.ts';

/** One suite of `npm test`. */
export interface Suite {
  name: string;
  /** Programs of the system it cannot do without. */
  needs: ('chromium' | 'nginx')[];
  /** Whether it works on the Postgres and Redis that `npm test` provides. */
  usesStores: boolean;
  kind: ReportKind;
  /** The command, which writes its report to this file. */
  command(report: string): { program: string; args: string[]; cwd: string; env?: Record<string, string> };
}

/** In the order in which they run: the quick ones that explain the slow ones' failures first. */
export const suites: Suite[] = [
  script('check', 'check.ts'),
  script('planted', 'planted.ts'),
  vitest('unit', false),
  vitest('simulation', false),
  vitest('integration', true),
  vitest('concurrency', true),
  vitest('fault', true),
  vitest('operations', true, ['nginx']),
  {
    name: 'proof',
    needs: ['nginx'],
    usesStores: false,
    kind: 'steps',
    command: (report) => ({
      program: process.execPath,
      args: [join(root, 'scripts/proof.ts'), '--smoke', '--report', report],
      cwd: root,
    }),
  },
  {
    name: 'attack',
    needs: ['nginx'],
    usesStores: false,
    kind: 'steps',
    command: (report) => ({
      program: process.execPath,
      args: [join(root, 'scripts/attack.ts'), '--report', report],
      cwd: root,
    }),
  },
  {
    name: 'e2e',
    needs: ['chromium'],
    usesStores: true,
    kind: 'playwright',
    command: (report) => ({
      program: packageProgram('apps/web', 'playwright'),
      args: ['test', '--reporter=list,json'],
      cwd: join(root, 'apps/web'),
      env: { PLAYWRIGHT_JSON_OUTPUT_NAME: report, PLAYWRIGHT_JSON_OUTPUT_FILE: report },
    }),
  },
];

function vitest(name: string, usesStores: boolean, needs: Suite['needs'] = []): Suite {
  return {
    name,
    needs,
    usesStores,
    kind: 'vitest',
    command: (report) => ({
      program: 'vitest',
      args: [
        'run',
        '--project',
        name,
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${report}`,
      ],
      cwd: root,
    }),
  };
}

function script(name: string, file: string): Suite {
  return {
    name,
    needs: [],
    usesStores: false,
    kind: 'steps',
    command: (report) => ({
      program: process.execPath,
      args: [join(root, 'scripts', file), '--report', report],
      cwd: root,
    }),
  };
}
