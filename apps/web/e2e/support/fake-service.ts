import type { AppRouter } from '@portcullis/api/router';
import { REASONS, type Reason } from '@portcullis/contracts/errors';
import type { Page, Route } from '@playwright/test';
import type { inferRouterOutputs } from '@trpc/server';

type Outputs = inferRouterOutputs<AppRouter>;

/** Every procedure by the name it has in a URL. */
export type Procedure = {
  [Noun in Extract<keyof Outputs, string>]: `${Noun}.${Extract<keyof Outputs[Noun], string>}`;
}[Extract<keyof Outputs, string>];

type OutputOf<P extends Procedure> = P extends `${infer Noun}.${infer Verb}`
  ? Noun extends keyof Outputs
    ? Verb extends keyof Outputs[Noun]
      ? Outputs[Noun][Verb]
      : never
    : never
  : never;

type Refusal = {
  reason: Reason;
  retryAfterMs?: number;
  fields?: Record<string, string>;
  rules?: string[];
  mayHaveTakenEffect?: true;
};

/** What a procedure answers: its output, a refusal, a broken connection, or nothing for ever. */
export type Answer<P extends Procedure> = { data: OutputOf<P> } | { refused: Refusal } | 'broken' | 'never';

export type Answers = { [P in Procedure]?: Answer<P> };

export const REQUEST_ID = '01a2b3c4-5d6e-7f80-9a1b-2c3d4e5f6071';

const refusalBody = ({ reason, ...more }: Refusal) => ({
  error: {
    message: reason,
    code: -32_000,
    data: { code: 'UNAUTHORIZED', httpStatus: REASONS[reason], reason, requestId: REQUEST_ID, ...more },
  },
});

const one = (answer: Answer<Procedure> | undefined) => {
  if (answer === undefined) return { status: 401, body: refusalBody({ reason: 'session_missing' }) };
  if (typeof answer === 'string') return null;
  if ('refused' in answer)
    return { status: REASONS[answer.refused.reason], body: refusalBody(answer.refused) };
  return { status: 200, body: { result: { data: answer.data } } };
};

const fulfil = async (route: Route, answers: Answers): Promise<void> => {
  const url = new URL(route.request().url());
  const names = url.pathname.replace('/trpc/', '').split(',') as Procedure[];
  const given = names.map((name) => answers[name]);
  if (given.includes('never')) return;
  if (given.includes('broken')) return route.abort('connectionrefused');
  const parts = given.map(one).filter((part) => part !== null);
  const batch = url.searchParams.has('batch');
  const statuses = new Set(parts.map((part) => part.status));
  await route.fulfill({
    status: statuses.size === 1 ? (parts[0]?.status ?? 500) : 207,
    contentType: 'application/json',
    body: JSON.stringify(batch ? parts.map((part) => part.body) : parts[0]?.body),
  });
};

/**
 * Stands in for the browser's EventSource: a fulfilled route can't stay open. It connects (or never does) and delivers
 * what `window.dispatchEvent(new CustomEvent('fake-session-event', { detail }))` carries.
 */
const fakeEventSource = (connects: boolean): void => {
  class FakeEventSource extends EventTarget {
    static readonly CONNECTING = 0;
    static readonly OPEN = 1;
    static readonly CLOSED = 2;
    readonly CONNECTING = 0;
    readonly OPEN = 1;
    readonly CLOSED = 2;
    readyState = 0;
    constructor() {
      super();
      if (!connects) return;
      setTimeout(() => {
        this.readyState = 1;
        this.dispatchEvent(new MessageEvent('connected', { data: '{}' }));
      }, 0);
      window.addEventListener('fake-session-event', (event) => {
        const data = JSON.stringify((event as CustomEvent).detail);
        if (this.readyState === 1) this.dispatchEvent(new MessageEvent('message', { data }));
      });
    }
    close(): void {
      this.readyState = 2;
    }
  }
  Object.assign(window, { EventSource: FakeEventSource });
};

/** Answers every call of the page from `answers`, which may be changed while the page runs. */
export const fakeService = async (page: Page, answers: Answers, live = true): Promise<void> => {
  await page.addInitScript(fakeEventSource, live);
  await page.route('**/trpc/**', (route) => fulfil(route, answers));
};
