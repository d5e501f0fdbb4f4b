/** Of the payload of a v4.public token: what stands before its signature is JSON. */
const SIGNATURE_BYTES = 64;

/** When an authentic token was issued and ends, in seconds since the epoch. Proves nothing: verify the token first. */
export const timesIn = (token: string): { iat: number; nbf: number; exp: number } => {
  const payload = Buffer.from(token.split('.')[2] ?? '', 'base64url').subarray(0, -SIGNATURE_BYTES);
  const claims = JSON.parse(payload.toString('utf8')) as { iat: string; nbf: string; exp: string };
  const seconds = (text: string) => Math.floor(Date.parse(text) / 1_000);
  return { iat: seconds(claims.iat), nbf: seconds(claims.nbf), exp: seconds(claims.exp) };
};
