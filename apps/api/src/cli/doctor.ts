import type { Command } from 'commander';
import { answer, examples, type Io, type JsonOption, withJson } from './io.ts';

const SIGNS = { ok: '✓', warning: '!', failed: '✗' } as const;

/** Adds `doctor`. */
export const registerDoctor = (program: Command, io: Io): void => {
  withJson(program.command('doctor'))
    .description('look at everything the service needs and say what to do about what is missing')
    .addHelpText(
      'after',
      `${examples('doctor', 'doctor --json')}\n\nEnds with 1 when something is broken for this NODE_ENV; warnings do not count.`,
    )
    .action(async (options: JsonOption) => {
      const { examine } = await import('../doctor/examine.ts');
      const checks = await examine(io.env);
      const ok = checks.every(({ status }) => status !== 'failed');
      const lines = checks.flatMap(({ name, status, detail, fix }) => [
        `${SIGNS[status]} ${name.padEnd(20)} ${detail}`,
        ...(fix === undefined ? [] : [`    ${fix}`]),
      ]);
      answer(io, options, { ok, checks }, lines);
      if (!ok) io.fail(1);
    });
};
