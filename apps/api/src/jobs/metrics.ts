import { Counter, Gauge, type Registry } from '@prometheus-io/client';
import type { MailTemplate } from '../mail/content.ts';
import type { MailOutcome } from '../services/mail/deliver.ts';
import type { QueueDepth } from './queue.ts';

export interface JobMetrics {
  mail(template: MailTemplate, outcome: MailOutcome): void;
}

export const noMetrics: JobMetrics = { mail: () => undefined };

/**
 * Counters of this process and, where `depth` is given, gauges that ask the database when they are scraped.
 * A scrape during an outage leaves the gauges out instead of failing or showing an old number.
 */
export const jobMetrics = (registry: Registry, depth?: () => Promise<QueueDepth[]>): JobMetrics => {
  const mails = new Counter({
    name: 'portcullis_mail_total',
    help: 'Mail jobs by what came of them',
    labelNames: ['template', 'outcome'],
    registers: [registry],
  });
  if (depth !== undefined) registerDepth(registry, depth);
  return { mail: (template, outcome) => mails.inc({ template, outcome }) };
};

const registerDepth = (registry: Registry, depth: () => Promise<QueueDepth[]>): void => {
  const oldest = new Gauge({
    name: 'portcullis_job_oldest_seconds',
    help: 'Age of the job that has been due for longest',
    labelNames: ['task'],
    registers: [registry],
  });
  new Gauge({
    name: 'portcullis_jobs',
    help: 'Jobs in the queue by state',
    labelNames: ['task', 'state'],
    registers: [registry],
    async collect() {
      this.reset();
      oldest.reset();
      const rows = await depth().catch(() => []);
      for (const row of rows) {
        for (const state of ['due', 'later', 'running', 'dead'] as const)
          this.set({ task: row.task, state }, row[state]);
        oldest.set({ task: row.task }, row.oldestDueSeconds);
      }
    },
  });
};
