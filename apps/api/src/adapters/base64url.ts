const ALPHABET = /^[A-Za-z0-9_-]*$/;

/**
 * Decodes base64url without padding (RFC 4648 §5), and only the one spelling an encoder produces: another alphabet,
 * padding, blanks or set trailing bits give null. Otherwise one token would have many spellings.
 */
export const fromBase64url = (text: string): Buffer | null => {
  if (!ALPHABET.test(text)) return null;
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : null;
};
