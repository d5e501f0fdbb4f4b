/** One request as it is sent. */
export interface PlannedRequest {
  method: 'GET' | 'POST';
  path: string;
  headers: Record<string, string>;
  body?: string;
}

/** Load on one port: each connection sends one request after the other's answer. */
export interface Plan {
  port: number;
  connections: number;
  /** Divided among the connections, each of which begins its share again when it is through. */
  requests: readonly PlannedRequest[];
  /** Each request has its effect once: a connection that is through with its share ends. */
  once?: boolean;
  /** Requests a second over all connections; without it as many as are answered. */
  rate?: number;
  /** How long a connection waits after it was refused, as a client does that reads Retry-After. */
  refusedPauseMs?: number;
}

/** What came of a slice of load. Times in microseconds. */
export interface Figures {
  answered: number;
  /** Sent before the end and answered after it: work of the server that is not in `answered`. */
  late: number;
  seconds: number;
  p50: number;
  p99: number;
  max: number;
  statuses: Record<string, number>;
}

export interface Order {
  plan: Plan;
  seconds: number;
}

export type Report = { figures: Figures } | { failed: string };
