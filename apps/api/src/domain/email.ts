/**
 * The form under which an address is looked up and kept unique: both parts in ASCII lower case, otherwise as written.
 * Dots and plus tags stay, since only the receiving server may say that two local parts are one mailbox (RFC 5321 §2.3.11).
 * The address must already be of the contract's form, which is ASCII.
 */
export const emailKey = (address: string): string =>
  address.replace(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32));

/** The part before the last `@`; the whole text when there is none. */
export const localPartOf = (address: string): string => {
  const at = address.lastIndexOf('@');
  return at < 0 ? address : address.slice(0, at);
};

/** The part after the last `@`; empty when there is none. */
export const domainOf = (address: string): string => {
  const at = address.lastIndexOf('@');
  return at < 0 ? '' : address.slice(at + 1);
};
