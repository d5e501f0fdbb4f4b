import { expect, test } from 'vitest';
import { BodyTooLarge, readText } from './body.ts';

const request = (body: string | Uint8Array<ArrayBuffer> | null, headers: Record<string, string> = {}) =>
  new Request('http://localhost/', { method: 'POST', body, headers });

/** A body in pieces that nobody announced the size of. */
const pieces = (...chunks: Uint8Array[]) => {
  let taken = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const chunk = chunks[taken];
      if (chunk === undefined) return controller.close();
      taken += 1;
      controller.enqueue(chunk);
    },
  });
  const asked = new Request('http://localhost/', {
    method: 'POST',
    body: stream,
    duplex: 'half',
  } as RequestInit);
  return { asked, taken: () => taken };
};

test('a character may be cut between two pieces', async () => {
  expect(await readText(pieces(Buffer.from([0xc3]), Buffer.from([0xa9])).asked, 10)).toBe('é');
  expect(await readText(request(null), 10)).toBe('');
});

test('reading stops at the limit, whatever was announced', async () => {
  const endless = pieces(...Array.from({ length: 100 }, () => new Uint8Array(10)));
  await expect(readText(endless.asked, 25)).rejects.toThrow(BodyTooLarge);
  expect(endless.taken()).toBeLessThan(10);
  expect(await readText(request('x'.repeat(25)), 25)).toHaveLength(25);
  await expect(readText(request('x', { 'content-length': '26' }), 25)).rejects.toThrow(BodyTooLarge);
});

test('bytes that are no UTF-8 are refused, and a byte order mark is not swallowed', async () => {
  for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80]])
    await expect(readText(request(Buffer.from(bytes)), 10)).rejects.toThrow(TypeError);
  expect(await readText(request(Buffer.from([0xef, 0xbb, 0xbf, 0x7b])), 10)).toBe('\uFEFF{');
});
