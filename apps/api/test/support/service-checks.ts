import { expect } from 'vitest';
import { type Answer, type HttpClient, httpClient } from './http-client.ts';
import { outcome, type SignedInPerson } from './http-client-people.ts';
import { call, procedures, TABLE } from './http-client-table.ts';
import type { Service } from './service.ts';

/** The sum of a counter over all label sets that the pattern fits, as the ops port tells it. */
export const metric = async ({ opsUrl }: Service, line: RegExp): Promise<number> => {
  const text = await (await fetch(`${opsUrl}/metrics`)).text();
  return text
    .split('\n')
    .filter((one) => line.test(one))
    .reduce((sum, one) => sum + Number(one.slice(one.lastIndexOf(' ') + 1)), 0);
};

/** Asks for a session until the index of the instance answers, so that it can answer alone. */
export const warm = async (service: Service, client: HttpClient): Promise<void> => {
  const fromIndex = () => metric(service, /^portcullis_session_checks_total\{.*source="index"/);
  await expect
    .poll(
      async () => {
        const before = await fromIndex();
        await client.get('/v1/session');
        return (await fromIndex()) - before;
      },
      { timeout: 60_000 },
    )
    .toBeGreaterThan(0);
};

export interface Readiness {
  httpStatus: number;
  status: string;
  checks: Record<string, { status: string; detail?: string }>;
}

export const readiness = async ({ opsUrl }: Service): Promise<Readiness> => {
  const response = await fetch(`${opsUrl}/readyz`);
  return { ...((await response.json()) as Omit<Readiness, 'httpStatus'>), httpStatus: response.status };
};

/** Refused because a store is away, and told when to come back. */
export const isUnavailable = (answer: Answer): void => {
  expect([answer.status, answer.text]).toEqual([503, expect.stringContaining('"reason":"unavailable"')]);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  if (answer.error) expect(answer.error.retryAfterMs).toBeGreaterThan(0);
};

/** Each procedure once, with an input that its contract accepts, by whoever may call it. */
export const callEverything = async (url: string, client: SignedInPerson): Promise<[string, Answer][]> => {
  const nobody = httpClient(url);
  const answers: [string, Answer][] = [];
  // A stream opens by the session check alone, and waits for Postgres by itself.
  for (const { path } of procedures.filter(({ type }) => type !== 'subscription')) {
    const { caller, input } = TABLE[path] ?? { caller: 'anybody' };
    answers.push([path, await call(caller === 'signed in' ? client : nobody, path, input?.())]);
  }
  return answers;
};

/** What a hundred calls one after the other took, for the report of a run. */
export const timed = async (what: string, work: () => Promise<Answer>): Promise<Answer[]> => {
  const answers: Answer[] = [];
  for (let n = 0; n < 100; n += 1) answers.push(await work());
  const sorted = answers.map(({ ms }) => ms).sort((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.ceil(sorted.length * share) - 1] ?? 0);
  process.stdout.write(
    `${what}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms, ${[...new Set(answers.map(outcome))].join(' | ')}\n`,
  );
  return answers;
};
