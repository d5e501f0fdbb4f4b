import * as z from 'zod/mini';
import { isStorableText } from './text.ts';

/** RFC 5321 §4.5.3.1 allows 64 octets of local part and 254 of address in all. */
const LOCAL_MAX = 64;
const ADDRESS_MAX = 254;

// Dot-atom of RFC 5322 §3.2.3, ASCII only: no quoting, no comments, nothing a mail header could be injected with.
const LOCAL = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

/**
 * An e-mail address in the form this service can both compare and deliver to: ASCII dot-atom, at least two domain
 * labels. Internationalised domains are given in their A-label form (`xn--…`, RFC 5890).
 */
export const isEmailAddress = (value: string): boolean => {
  if (value.length > ADDRESS_MAX) return false;
  const at = value.lastIndexOf('@');
  const local = value.slice(0, at);
  const labels = value.slice(at + 1).split('.');
  return (
    at > 0 &&
    local.length <= LOCAL_MAX &&
    LOCAL.test(local) &&
    labels.length >= 2 &&
    labels.every((l) => LABEL.test(l))
  );
};

export const emailAddress = z.string().check(
  z.refine((value) => value.length <= ADDRESS_MAX, { abort: true, error: 'too_long' }),
  z.refine(isStorableText, { abort: true, error: 'not_storable' }),
  z.refine(isEmailAddress, { error: 'malformed' }),
);
