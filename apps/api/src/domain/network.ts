const HEXTETS = 8;
/** What a customer of a provider gets at least (RFC 6177): whoever has one address of it has them all. */
const OWN_HEXTETS = 4;

/** What a site gets at most by that recommendation. */
const SITE_HEXTETS = 3;

/**
 * Whom a limit by address counts: an IPv4 address, or the /64 of an IPv6 one.
 * @param address in its canonical form (RFC 5952), or null when nobody knows it
 */
export const networkOf = (address: string | null): string => {
  if (address === null) return 'none';
  return address.includes(':') ? `${hextetsOf(address).slice(0, OWN_HEXTETS).join(':')}::/64` : address;
};

/** The /48 around an IPv6 address; null for any other. */
export const siteOf = (address: string | null): string | null =>
  address?.includes(':') === true ? `${hextetsOf(address).slice(0, SITE_HEXTETS).join(':')}::/48` : null;

const hextetsOf = (address: string): string[] => {
  const [head = '', tail] = address.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : HEXTETS - first.length - last.length;
  return [...first, ...Array.from({ length: zeros }, () => '0'), ...last];
};
