import { expect } from 'vitest';
import { type Answer, type HttpClient, httpClient } from './http-client.ts';
import { outcome } from './http-client-people.ts';
import type { Service } from './service.ts';

/** Makes the wall clock of a process wrong from its start on, whatever asks for it. */
export const clockOff = (ms: number): Record<string, string> => {
  const script = `const R=Date;globalThis.Date=class extends R{constructor(...a){a.length===0?super(R.now()+${ms}):super(...a)}static now(){return R.now()+${ms}}}`;
  return { NODE_OPTIONS: `--import=data:text/javascript;base64,${Buffer.from(script).toString('base64')}` };
};

let last = 0;
/** An address that nobody in this process has used before. */
export const newAddress = (): string => {
  last += 1;
  return `10.${last >> 16}.${(last >> 8) & 255}.${last & 255}`;
};

/** Somebody behind a proxy, at this address; each call goes to the next instance, with the same cookies. */
export const callerAt = (instances: readonly Service[], address: string) => {
  let calls = 0;
  const cookies = new Map<string, string>();
  const clients = instances.map(({ url }) =>
    Object.assign(httpClient(url, { 'x-forwarded-for': address }), { address }),
  );
  const next = () => clients[(calls += 1) % clients.length] as HttpClient;
  return {
    cookies,
    mutate: async (procedure: string, input: object): Promise<Answer> => {
      const client = next();
      client.cookies.clear();
      for (const [name, value] of cookies) client.cookies.set(name, value);
      const answer = await client.mutate(procedure, input);
      for (const [name, value] of client.cookies) cookies.set(name, value);
      return answer;
    },
  };
};

/** How often each outcome occurs. */
export const tally = (answers: readonly Answer[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const answer of answers) counts[outcome(answer)] = (counts[outcome(answer)] ?? 0) + 1;
  return counts;
};

/** The values of a metric over all instances together. */
export const metricSum = async (instances: readonly Service[], name: string): Promise<number> => {
  const texts = await Promise.all(
    instances.map(({ opsUrl }) => fetch(`${opsUrl}/metrics`).then((answer) => answer.text())),
  );
  const values = texts.flatMap((text) =>
    [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? ([\\d.e+]+)$`, 'gm'))].map(([, value]) =>
      Number(value),
    ),
  );
  expect(values.length, name).toBeGreaterThan(0);
  return values.reduce((sum, value) => sum + value, 0);
};
