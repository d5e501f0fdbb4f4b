/** The body is larger than allowed. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
}

/**
 * Reads a body as UTF-8 and stops at the limit, announced or not.
 * @throws BodyTooLarge
 * @throws TypeError for bytes that are no UTF-8
 */
export const readText = async (request: Request, limitBytes: number): Promise<string> => {
  if (Number(request.headers.get('content-length') ?? 0) > limitBytes) throw new BodyTooLarge();
  if (request.body === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    if (size > limitBytes) throw new BodyTooLarge();
    chunks.push(chunk);
  }
  // A byte order mark stays in the text, where it is no JSON.
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
};
