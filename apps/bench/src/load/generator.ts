import { Client, type Dispatcher } from 'undici';
import { percentile } from '../arithmetic.ts';
import type { Figures, Order, Plan, PlannedRequest } from './plan.ts';

interface Ready {
  method: 'GET' | 'POST';
  path: string;
  headers: string[];
  body: string | null;
}

/** One connection; the offset (0 to 1) spreads those of a timetable over its first interval. */
interface Connection {
  client: Client;
  share: readonly Ready[];
  offset: number;
}

/** What all connections of a slice write down. */
interface Notes {
  readonly startMs: number;
  readonly endMs: number;
  latencies: number[];
  late: number;
  lastMs: number;
  statuses: Record<string, number>;
}

/** Sends the load for the time given, waits for what is still unanswered then, and sums up. */
export const generate = async ({ plan, seconds }: Order): Promise<Figures> => {
  const clients = Array.from(
    { length: plan.connections },
    () => new Client(`http://127.0.0.1:${plan.port}`, { pipelining: 1, headersTimeout: 30_000 }),
  );
  const shares = divide(plan.requests.map(readied), plan.connections);
  const startMs = performance.now();
  const notes: Notes = {
    ...{ startMs, endMs: startMs + seconds * 1_000, latencies: [], late: 0, lastMs: startMs, statuses: {} },
  };
  await Promise.all(
    clients.map((client, index) =>
      drive({ client, share: shares[index] ?? [], offset: index / plan.connections }, plan, notes),
    ),
  );
  await Promise.all(clients.map((client) => client.close()));
  return summed(notes, plan.once === true);
};

const readied = ({ method, path, headers, body }: PlannedRequest): Ready => ({
  method,
  path,
  headers: Object.entries(headers).flat(),
  body: body ?? null,
});

const divide = (requests: readonly Ready[], count: number): Ready[][] => {
  const size = Math.max(1, Math.floor(requests.length / count));
  return Array.from({ length: count }, (_, index) => {
    const share = requests.slice(index * size, (index + 1) * size);
    return share.length > 0 ? share : [...requests];
  });
};

/** One connection. With a pause it keeps to a timetable, and a late answer does not move what follows. */
const drive = ({ client, share, offset }: Connection, plan: Plan, notes: Notes): Promise<void> =>
  new Promise((resolve) => {
    const once = plan.once === true;
    const pauseMs = plan.rate === undefined ? 0 : (plan.connections / plan.rate) * 1_000;
    let sent = 0;
    let dueMs = notes.startMs + offset * pauseMs;
    const next = (): void => {
      const request = share[sent % share.length];
      if (request === undefined || (once && sent >= share.length)) return resolve();
      const nowMs = performance.now();
      if (nowMs >= notes.endMs) return resolve();
      if (pauseMs > 0 && nowMs < dueMs) return void setTimeout(next, dueMs - nowMs);
      sent += 1;
      // From when it was due: a server that stalls must not be asked less often for it.
      const fromMs = pauseMs > 0 ? dueMs : nowMs;
      dueMs += pauseMs;
      client.dispatch(
        request,
        answerOf(notes, fromMs, (wasRefused) => {
          if (wasRefused && plan.refusedPauseMs !== undefined) setTimeout(next, plan.refusedPauseMs);
          else next();
        }),
      );
    };
    next();
  });

const answerOf = (
  notes: Notes,
  fromMs: number,
  then: (wasRefused: boolean) => void,
): Dispatcher.DispatchHandler => {
  let status = 0;
  const over = (outcome: string): void => {
    const nowMs = performance.now();
    notes.statuses[outcome] = (notes.statuses[outcome] ?? 0) + 1;
    if (nowMs <= notes.endMs) {
      notes.latencies.push((nowMs - fromMs) * 1_000);
      notes.lastMs = nowMs;
    } else notes.late += 1;
    then(status >= 400);
  };
  return {
    onRequestStart: () => undefined,
    onResponseStart: (_controller, code) => void (status = code),
    onResponseData: () => undefined,
    onResponseEnd: () => over(String(status)),
    onResponseError: (_controller, error) => over('code' in error ? String(error.code) : error.name),
  };
};

const summed = ({ latencies, late, startMs, endMs, lastMs, statuses }: Notes, once: boolean): Figures => {
  const sorted = Float64Array.from(latencies).sort();
  // What had to be sent once may have been used up before the end.
  const untilMs = once ? Math.min(endMs, Math.max(lastMs, startMs + 1)) : endMs;
  return {
    answered: latencies.length,
    late,
    seconds: (untilMs - startMs) / 1_000,
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
    max: percentile(sorted, 1),
    statuses,
  };
};
