import pino from 'pino';
import type { Logger } from '../ports.ts';
import { scrub, scrubText } from './scrub.ts';

export interface LoggerOptions {
  level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Coloured lines for a person; JSON otherwise. */
  pretty?: boolean;
  /** 1 or 2; commands whose answer is on standard output log to standard error. */
  fd?: 1 | 2;
  /** In place of a file descriptor: for tests. */
  stream?: { write: (line: string) => void };
}

/** Structured logs; what `scrub` knows to be secret or personal never reaches them, whoever logs it. */
export const createLogger = ({ level, pretty = false, fd = 1, stream }: LoggerOptions): Logger => {
  const settings: pino.LoggerOptions = {
    level,
    base: null,
    // Already in its final form.
    serializers: { err: (value: unknown) => value },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  };
  const prettily = () =>
    pino.transport({ target: 'pino-pretty', options: { colorize: true, destination: fd } });
  const log = pino(settings, stream ?? (pretty ? prettily() : pino.destination({ dest: fd, sync: true })));
  const at = (name: 'debug' | 'info' | 'warn' | 'error') => (fields: object, message: string) => {
    if (log.isLevelEnabled(name)) log[name](scrub(fields), scrubText(message));
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
};
