import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { answerIn, createLine } from './line.ts';

describe('an answer is whole', () => {
  it('by its length', () => {
    const head = 'HTTP/1.1 401 Unauthorized\r\nContent-Length: 5\r\n\r\n';
    expect(answerIn(head)).toBe('incomplete');
    expect(answerIn(`${head}four`)).toBe('incomplete');
    expect(answerIn(`${head}12345`)).toEqual({ status: 401, body: '12345' });
  });
  it('by its last chunk', () => {
    const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
    expect(answerIn(`${head}4\r\nbody\r\n`)).toBe('incomplete');
    expect(answerIn(`${head}4\r\nbody\r\n0\r\n\r\n`)).toMatchObject({ status: 200 });
  });
  it('without a body', () => {
    expect(answerIn('HTTP/1.1 204 No Content\r\nx: y\r\n')).toBe('incomplete');
    expect(answerIn('HTTP/1.1 204 No Content\r\nx: y\r\n\r\n')).toEqual({ status: 204, body: '' });
  });
});

describe('a line', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  const listen = async (answer: (request: string) => string | null): Promise<number> => {
    const made = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        const text = answer(String(bytes));
        if (text === null) socket.destroy();
        else socket.write(text);
      });
    });
    server = made;
    await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
    const address = made.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  };

  it('asks again on the same connection, and says null when it breaks', async () => {
    const answers = ['HTTP/1.1 204 x\r\n\r\n', null, 'HTTP/1.1 401 x\r\ncontent-length: 2\r\n\r\nno'];
    const line = createLine(await listen(() => answers.shift() ?? null));
    expect(await line.ask(Buffer.from('one'))).toEqual({ status: 204, body: '' });
    expect(await line.ask(Buffer.from('two'))).toBeNull();
    expect(await line.ask(Buffer.from('three'))).toEqual({ status: 401, body: 'no' });
    line.close();
  });
});
