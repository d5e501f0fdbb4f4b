import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** An upstream that counts what reaches it. Every instance of the service looks like this to nginx. */
export interface Counting {
  port: number;
  connections: number;
  /** The request lines that arrived, in order. */
  requests: string[];
  stop(): Promise<void>;
}

/** @param answers false: it reads a request and closes the connection without a word, as a killed instance does */
export const startCounting = (answers: boolean): Promise<Counting> =>
  new Promise((started) => {
    const open = new Set<Socket>();
    const counting: Counting = { port: 0, connections: 0, requests: [], stop: async () => {} };
    const server = createServer((socket) => {
      counting.connections += 1;
      open.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => open.delete(socket));
      let text = '';
      socket.on('data', (part) => {
        text += part.toString('latin1');
        const head = text.indexOf('\r\n\r\n');
        if (head < 0) return;
        const length = Number(/^content-length: (\d+)/im.exec(text.slice(0, head))?.[1] ?? 0);
        if (text.length < head + 4 + length) return;
        counting.requests.push(text.slice(0, text.indexOf('\r\n')));
        text = '';
        if (answers) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
        else socket.destroy();
      });
    });
    server.listen(0, '127.0.0.1', () => {
      counting.port = (server.address() as AddressInfo).port;
      counting.stop = () =>
        new Promise((stopped) => {
          for (const socket of open) socket.destroy();
          server.close(() => stopped());
        });
      started(counting);
    });
  });
