import type { Span, Tracer } from './types.ts';

/** SpanKind.CLIENT and SpanStatusCode.ERROR of @opentelemetry/api, which need not be installed. */
const CLIENT = 2;
const ERROR = 2;

/** Runs `work` in a span; without a tracer nothing is recorded. No attribute names a person or a session. */
export class Spans {
  #tracer: Tracer | null;

  constructor(tracer: Tracer | undefined) {
    this.#tracer = tracer ?? null;
    if (tracer === undefined)
      // A peer that may be missing; `trace` without an SDK records nothing.
      void import('@opentelemetry/api').then(
        ({ trace }) => {
          this.#tracer = trace.getTracer('@portcullis/client') as unknown as Tracer;
        },
        () => undefined,
      );
  }

  async run<T>(
    name: string,
    work: () => Promise<T>,
    describe: (result: T) => { attributes: Record<string, string | number>; failed: boolean },
  ): Promise<T> {
    if (this.#tracer === null) return work();
    return this.#tracer.startActiveSpan(name, { kind: CLIENT }, async (span: Span) => {
      try {
        const result = await work();
        const { attributes, failed } = describe(result);
        for (const [key, value] of Object.entries(attributes)) span.setAttribute(key, value);
        if (failed) span.setStatus({ code: ERROR });
        return result;
      } catch (error) {
        span.setStatus({ code: ERROR });
        throw error;
      } finally {
        span.end();
      }
    });
  }
}
