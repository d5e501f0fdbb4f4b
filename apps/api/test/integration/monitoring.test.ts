import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { anchorsIn } from '@portcullis/devstack/documents';
import { Registry } from '@prometheus-io/client';
import { parser } from '@prometheus-io/lezer-promql';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createMetrics, observe } from '../../src/adapters/metrics.ts';
import { canaryMetrics } from '../../src/jobs/canary.ts';
import { jobMetrics } from '../../src/jobs/metrics.ts';
import { watchWriters } from '../../src/jobs/writers.ts';

const root = resolve(import.meta.dirname, '../../../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

interface Rules {
  groups: {
    rules: { alert: string; expr: string; annotations: { summary: string; runbook: string } }[];
  }[];
}
interface Dashboard {
  panels: { title: string; targets?: { expr: string; legendFormat: string }[] }[];
}

const rules = (parse(read('monitoring/alerts.yaml')) as Rules).groups.flatMap((group) => group.rules);
const queries = (JSON.parse(read('monitoring/dashboard.json')) as Dashboard).panels.flatMap((panel) =>
  (panel.targets ?? []).map(({ expr, legendFormat }) => ({ title: panel.title, expr, legendFormat })),
);

/** Labels that Prometheus adds to whatever it scrapes. */
const ADDED = ['job', 'instance', 'le'];

/** Labels by metric, of everything that an instance and a worker serve. */
const served = (): Map<string, Set<string>> => {
  const metrics = createMetrics();
  const never = () => false;
  observe(metrics, {
    passwordHashes: () => ({ queued: 0, running: 0, total: 0, refused: 0 }),
    signInAlarm: () => false,
    reachesIndex: never,
    indexBroken: never,
    databaseBroken: never,
  });
  const worker = new Registry();
  jobMetrics(worker, () => Promise.resolve([]));
  canaryMetrics(worker);
  // Its watch is over before it looks at the database.
  void watchWriters({ registry: worker } as never, AbortSignal.abort());
  const known = new Map<string, Set<string>>([['up', new Set(ADDED)]]);
  for (const metric of [...metrics.registry.getMetricsAsArray(), ...worker.getMetricsAsArray()]) {
    const { name, type, labelNames } = metric as unknown as {
      name: string;
      type: string;
      labelNames: string[];
    };
    const parts = type === 'histogram' ? ['_bucket', '_count', '_sum'] : [''];
    for (const part of parts) known.set(`${name}${part}`, new Set([...labelNames, ...ADDED]));
  }
  return known;
};

/** What is wrong with a query: it does not parse, or names a metric or a label that nobody serves. */
const wrongIn = (query: string, known = served()): string[] => {
  const expr = query.replaceAll('$__rate_interval', '1m');
  const wrong: string[] = [];
  const labels = new Set<string>();
  const used: string[] = [];
  parser.parse(expr).iterate({
    enter: ({ name, from, to, type }) => {
      const text = expr.slice(from, to);
      if (type.isError) wrong.push(`cannot be read at ${from}`);
      if (name === 'VectorSelector') used.push(/^[\w:]+/.exec(text)?.[0] ?? text);
      if (name === 'LabelName') labels.add(text);
    },
  });
  const allowed = new Set(used.flatMap((metric) => [...(known.get(metric) ?? [])]));
  wrong.push(...used.filter((metric) => !known.has(metric)).map((metric) => `no metric ${metric}`));
  wrong.push(...[...labels].filter((label) => !allowed.has(label)).map((label) => `no label ${label}`));
  return wrong;
};

describe('what is watched is what the service has', () => {
  test('finds what is wrong with a query', () => {
    expect(wrongIn('sum(rate(portcullis_nothing[5m]))')).toEqual(['no metric portcullis_nothing']);
    expect(wrongIn('portcullis_jobs{color="red"} > 0')).toEqual(['no label color']);
    expect(wrongIn('sum by (color) (portcullis_jobs)')).toEqual(['no label color']);
    expect(wrongIn('sum(portcullis_jobs')).not.toEqual([]);
    expect(wrongIn('sum by (state) (portcullis_jobs{task="mail"}) > 0')).toEqual([]);
  });

  test.each(rules)('the alert $alert', ({ expr, annotations }) => {
    expect(wrongIn(expr)).toEqual([]);
    const [file = '', section = ''] = annotations.runbook.split('#');
    expect(existsSync(join(root, file))).toBe(true);
    expect([...anchorsIn(read(file))]).toContain(section);
    for (const [, label = ''] of annotations.summary.matchAll(/\$labels\.(\w+)/g))
      expect(expr).toContain(label);
  });

  test('each alert has a name of its own, and each section of the guide an alert that leads there', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    const linked = new Set(rules.map(({ annotations }) => annotations.runbook.split('#')[1]));
    const sections = [...read('docs/incidents.md').matchAll(/^## (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );
    expect(sections.filter((section) => !linked.has(section))).toEqual([]);
  });

  test.each(queries)('the panel "$title" shows $legendFormat', ({ expr, legendFormat }) => {
    expect(wrongIn(expr)).toEqual([]);
    for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) expect(expr).toContain(label);
  });
});
