import { connect, type Socket } from 'node:net';

/** One answer on a {@link Line}. */
export interface LineAnswer {
  status: number;
  body: string;
}

/**
 * One keep-alive connection that carries one request at a time, without the cost of a full HTTP client: probing is a
 * question of how often one can ask.
 */
export interface Line {
  /** Null when the line broke, or nobody answered in time: nothing is known then. */
  ask(request: Buffer): Promise<LineAnswer | null>;
  close(): void;
}

const ANSWER_WITHIN_MS = 15_000;

export const createLine = (port: number): Line => {
  let socket: Socket | null = null;
  let waiting: ((answer: LineAnswer | null) => void) | null = null;
  let received = '';
  let timer: NodeJS.Timeout | undefined;

  const finish = (answer: LineAnswer | null): void => {
    clearTimeout(timer);
    received = '';
    const resolve = waiting;
    waiting = null;
    resolve?.(answer);
  };
  const broken = (): void => {
    socket?.destroy();
    socket = null;
    finish(null);
  };
  const open = (): Socket => {
    const made = connect({ port, host: '127.0.0.1', noDelay: true });
    made.setEncoding('latin1');
    made.on('data', (text: string) => {
      received += text;
      const answer = answerIn(received);
      if (answer === 'incomplete') return;
      finish(answer);
    });
    made.on('error', () => undefined);
    made.on('close', () => {
      if (socket === made) broken();
    });
    return made;
  };
  return {
    ask: (request) =>
      new Promise((resolve) => {
        waiting = resolve;
        timer = setTimeout(broken, ANSWER_WITHIN_MS);
        socket ??= open();
        socket.write(request);
      }),
    close: broken,
  };
};

/** A whole answer at the start of the text, by its length or its last chunk; only what this service sends. */
export const answerIn = (text: string): LineAnswer | 'incomplete' => {
  const head = text.indexOf('\r\n\r\n');
  if (head === -1) return 'incomplete';
  const status = Number(text.slice(9, 12));
  const headers = text.slice(0, head).toLowerCase();
  const body = text.slice(head + 4);
  if (status === 204 || status === 304) return { status, body: '' };
  const length = /\r\ncontent-length: *(\d+)/.exec(headers)?.[1];
  if (length !== undefined) return body.length >= Number(length) ? { status, body } : 'incomplete';
  return body.endsWith('0\r\n\r\n') ? { status, body } : 'incomplete';
};
