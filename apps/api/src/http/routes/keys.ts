/** The public halves of the key ring, newest first. */
export interface PublishedKeys {
  signing: { kid: string };
  publicKeys: () => readonly { kid: string; paserk: string }[];
}

/** Every key that verifies a token of this deployment; new tokens carry the one that signs. */
export const keysDocument = (keys: PublishedKeys, issuer: string) => ({
  issuer,
  audience: issuer,
  keys: keys
    .publicKeys()
    .map(({ kid, paserk }) => ({ id: kid, key: paserk, signs: kid === keys.signing.kid })),
});
