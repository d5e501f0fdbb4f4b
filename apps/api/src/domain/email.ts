import { isEmailAddress } from '@portcullis/contracts/email';

/** The text is no address of the contract's form; it is not repeated in the message. */
export class EmailAddressError extends RangeError {
  override readonly name = 'EmailAddressError';
  readonly code = 'email_malformed';

  constructor() {
    super('this is not an e-mail address');
  }
}

/**
 * The form under which an address is looked up and kept unique: both parts in ASCII lower case, otherwise as written.
 * Dots and plus tags stay, since only the receiving server may say that two local parts are one mailbox (RFC 5321 §2.3.11).
 * @throws EmailAddressError for what the contract refuses, which is everything that is not ASCII: another letter could
 *   otherwise become one of these in some other program's lower case.
 */
export const emailKey = (address: string): string => {
  if (!isEmailAddress(address)) throw new EmailAddressError();
  return address.toLowerCase();
};

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
