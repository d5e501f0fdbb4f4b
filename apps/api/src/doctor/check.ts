/** One thing that the service needs, and whether it is as it should be. */
export interface Check {
  name: string;
  status: 'ok' | 'warning' | 'failed';
  detail: string;
  /** What to do about it. */
  fix?: string;
}

export const ok = (name: string, detail: string): Check => ({ name, status: 'ok', detail });
export const warning = (name: string, detail: string, fix: string): Check => ({
  name,
  status: 'warning',
  detail,
  fix,
});
export const failed = (name: string, detail: string, fix: string): Check => ({
  name,
  status: 'failed',
  detail,
  fix,
});

/** Broken in production, tolerable while developing. */
export const failedIn = (isProduction: boolean) => (isProduction ? failed : warning);

/** The code of an error, or its class: never its message, which can hold an address. */
export const codeOf = (error: unknown): string => {
  if (typeof error !== 'object' || error === null) return 'error';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return error instanceof Error ? error.name : 'error';
};
