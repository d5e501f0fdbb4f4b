/** A violation that a gate of `npm run check` has to find. */
export interface Planted {
  gate:
    | 'lint'
    | 'types'
    | 'format'
    | 'boundaries'
    | 'unused'
    | 'citations'
    | 'documents'
    | 'lockfile'
    | 'asvs';
  /** Where it is put, in a copy of the checkout. */
  file: string;
  text: string;
  /** What the gate's complaint about it must hold. */
  complaint: RegExp;
}

/** Each rule about imports and ambient values, broken once. The files are put in all at once. */
export const lintViolations: Planted[] = [
  restricted('apps/api/src/domain/planted-node.ts', `import 'node:crypto';`),
  restricted('apps/api/src/domain/planted-db.ts', `import '../db/transaction.ts';`),
  restricted('apps/api/src/domain/planted-package.ts', `import 'pg';`),
  restricted('apps/api/src/domain/planted-authority.ts', `import '@portcullis/authority/verify';`),
  restricted('apps/api/src/services/planted-adapter.ts', `import '../adapters/clock.ts';`),
  restricted('apps/api/src/services/account/planted-adapter.ts', `import '../../adapters/clock.ts';`),
  restricted('apps/api/src/services/planted-hono.ts', `import 'hono';`),
  restricted('apps/api/src/services/planted-trpc.ts', `import '@trpc/server';`),
  restricted('apps/api/src/services/planted-orm.ts', `import '@mikro-orm/core';`),
  restricted('apps/api/src/services/planted-transport.ts', `import '../http/app.ts';`),
  restricted('apps/api/src/trpc/planted-db.ts', `import '../db/transaction.ts';`),
  restricted('apps/api/src/trpc/routers/planted-adapter.ts', `import '../../adapters/clock.ts';`),
  restricted('apps/api/src/trpc/planted-hono.ts', `import 'hono/cookie';`),
  restricted('apps/api/src/http/planted-db.ts', `import '../db/transaction.ts';`),
  restricted('apps/api/src/http/routes/planted-trpc.ts', `import '@trpc/server';`),
  restricted('apps/api/src/http/routes/planted-orm.ts', `import '@mikro-orm/postgresql';`),
  restricted('apps/api/src/jobs/planted-db.ts', `import '../db/transaction.ts';`),
  restricted('apps/api/src/jobs/planted-adapter.ts', `import '../adapters/clock.ts';`),
  restricted('apps/api/src/adapters/planted-orm.ts', `import '@mikro-orm/core';`),
  restricted('apps/api/src/adapters/planted-service.ts', `import '../services/context.ts';`),
  restricted('apps/api/src/services/planted-devstack.ts', `import '@portcullis/devstack/ports';`),
  restricted(
    'apps/web/src/planted-value.ts',
    `import { router } from '@portcullis/api/router';\nexport { router };`,
  ),
  restricted('packages/authority/src/planted-app.ts', `import '../../../apps/api/src/errors.ts';`),
  restricted('packages/contracts/src/planted-node.ts', `import 'node:crypto';`),
  ambient('apps/api/src/domain/planted-clock.ts', 'Date.now()'),
  ambient('apps/api/src/services/planted-date.ts', 'new Date()'),
  ambient('apps/api/src/services/planted-chance.ts', 'Math.random()'),
  ambient('apps/api/src/http/planted-environment.ts', `process.env['PORT']`),
  ambient('packages/authority/src/planted-clock.ts', 'Date.now()'),
  lint('apps/api/src/services/planted-promise.ts', 'Promise.resolve(1);', /no-floating-promises/),
  lint('apps/api/src/services/planted-await.ts', 'export const one = await (1 as number);', /await-thenable/),
  lint(
    'apps/api/src/services/planted-misused.ts',
    'declare const ask: () => Promise<boolean>;\nexport const two = ask() ? 1 : 2;',
    /no-misused-promises/,
  ),
  lint(
    'apps/api/src/services/planted-switch.ts',
    `export function f(kind: 'a' | 'b') {\n  switch (kind) {\n    case 'a':\n      return 1;\n  }\n  return 2;\n}`,
    /switch-exhaustiveness-check/,
  ),
  lint('apps/api/src/services/planted-any.ts', 'export const three = 1 as any;', /no-explicit-any/),
  lint('apps/api/src/services/planted-log.ts', `console.log('x');`, /no-console/),
  lint('apps/api/src/services/planted-lines.ts', 'export {};\n'.repeat(301), /max-lines/),
  lint(
    'apps/api/src/services/planted-function.ts',
    `export function long(n: number) {\n${'  n++;\n'.repeat(72)}  return n;\n}`,
    /max-lines-per-function/,
  ),
];

/** What the other gates must find, one after the other. */
export const otherViolations: Planted[] = [
  {
    gate: 'types',
    file: 'packages/contracts/src/planted-type.ts',
    text: `export const wrong: number = 'text';\n`,
    complaint: /planted-type\.ts.*TS2322/,
  },
  {
    gate: 'format',
    file: 'packages/contracts/src/planted-format.ts',
    text: 'export const  spaced = "x"\n',
    complaint: /planted-format\.ts/,
  },
  {
    gate: 'boundaries',
    file: 'packages/contracts/src/planted-undeclared.ts',
    text: `import 'pg';\n`,
    complaint: /cannot import package `pg`[\s\S]*planted-undeclared\.ts/,
  },
  {
    gate: 'boundaries',
    file: 'packages/authority/src/planted-outside.ts',
    text: `import '../../../apps/api/src/errors.ts';\n`,
    complaint: /apps\/api[\s\S]*planted-outside\.ts/,
  },
  {
    // A tag that may depend on nothing, on a package that depends on another one.
    gate: 'boundaries',
    file: 'apps/api/turbo.json',
    text: `{ "extends": ["//"], "tags": ["contracts"] }\n`,
    complaint: /authority[\s\S]*allowlist/,
  },
  {
    gate: 'unused',
    file: 'scripts/planted/unused.ts',
    text: 'export const unused = 1;\n',
    complaint: /scripts\/planted\/unused\.ts/,
  },
  {
    gate: 'citations',
    file: 'packages/contracts/src/planted-citation.ts',
    text: '// Holds to W47.\nexport {};\n',
    complaint: /planted-citation\.ts cites W47/,
  },
  lockfile(
    'pnpm-lock.yaml',
    `packages:\n\n  planted@1.0.0:\n    resolution: {tarball: https://example.test/planted.tgz}\n\nsnapshots:`,
    /planted@1\.0\.0 is not pinned[\s\S]*planted\.tgz\S* is fetched by its address/,
  ),
  lockfile(
    'pnpm-lock.yaml',
    `packages:\n\n  planted@1.0.0:\n    resolution: {integrity: sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=}\n\nsnapshots:`,
    /planted@1\.0\.0 is not pinned/,
  ),
  lockfile(
    'pnpm-workspace.yaml',
    'allowBuilds:\n  planted: true',
    /planted may run install scripts[\s\S]*pnpm builds nothing any more/,
  ),
  lockfile(
    'packages/contracts/package.json',
    '{ "dependencies": { "zod": "^4.0.0" }, "scripts": { "postinstall": "planted" } }',
    /zod is not of one exact version[\s\S]*postinstall would run/,
  ),
  {
    gate: 'asvs',
    file: 'docs/asvs.md',
    text: '- **holds** (2): so.\n\n| 1.1.1 | planted | holds | `README.md` | – | – |\n| 1.1.1 | again | partly | – | – | – |\n',
    complaint:
      /1\.1\.1 planted: names no test[\s\S]*1\.1\.1 again: says not what is missing[\s\S]*1\.1\.1 stands there 2 times[\s\S]*1\.1\.2 stands there 0 times[\s\S]*it says holds 2 times and means 1/,
  },
  documents('docs/planted-link.md', 'See [there](nowhere.md).', /planted-link\.md: the link to nowhere\.md/),
  documents(
    'docs/planted-anchor.md',
    'See [there](errors.md#nothing).',
    /docs\/errors\.md has no heading #nothing/,
  ),
  documents(
    'docs/planted-path.md',
    'It is in `apps/api/src/nothing.ts`.',
    /there is no apps\/api\/src\/nothing\.ts/,
  ),
  documents('docs/planted-script.md', 'Run `npm run nothing`.', /there is no script nothing/),
  documents('docs/planted-setting.md', 'Set `PORTCULLIS_NOTHING`.', /PORTCULLIS_NOTHING is no setting/),
  documents('docs/planted-mark.md', '```sh runable\necho\n```', /nobody knows the mark "sh runable"/),
  documents(
    'docs/errors.md',
    '| `credentials_invalid` | 403 |',
    /credentials_invalid has status 401, not 403[\s\S]*internal is not explained/,
  ),
  documents('docs/consistency/failures.md', '| FI-1 | killed | – | – |', /FI-1 is injected by the proof/),
  documents('docs/decisions/0099-planted.md', '# 99', /without a gap/),
  documents('README.md', 'line\n'.repeat(251), /README\.md has more than 250 lines/),
];

function restricted(file: string, text: string): Planted {
  return lint(file, text, /no-restricted-imports/);
}

function ambient(file: string, expression: string): Planted {
  return lint(file, `export const value = ${expression};`, /portcullis\(ambient\)/);
}

function documents(file: string, text: string, complaint: RegExp): Planted {
  return { gate: 'documents', file, text: `${text}\n`, complaint };
}

function lockfile(file: string, text: string, complaint: RegExp): Planted {
  return { gate: 'lockfile', file, text: `${text}\n`, complaint };
}

function lint(file: string, text: string, complaint: RegExp): Planted {
  return { gate: 'lint', file, text: `${text}\n`, complaint };
}
