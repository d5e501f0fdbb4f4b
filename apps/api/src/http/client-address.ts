import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** More hops than any deployment has; a longer header is somebody's attempt to make us work. */
const MOST_HOPS = 20;
const MAPPED = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/** One spelling for each address: IPv4 also when it came mapped into IPv6 (RFC 5952 §5), no zone. Null: no address. */
export const canonicalAddress = (text: string): string | null => {
  if (isIPv4(text)) return text;
  const bare = text.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');
  if (!isIPv6(bare)) return null;
  const shortest = new URL(`http://[${bare}]`).hostname.slice(1, -1);
  const [, high, low] = MAPPED.exec(shortest) ?? [];
  if (high === undefined || low === undefined) return shortest;
  const [h, l] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [h >> 8, h & 255, l >> 8, l & 255].join('.');
};

export type IsTrusted = (address: string) => boolean;

/** @param networks addresses, or networks such as `10.0.0.0/8` */
export const trustedBy = (networks: readonly string[]): IsTrusted => {
  const list = new BlockList();
  for (const network of networks) {
    const [base = '', prefix] = network.split('/');
    const family = isIPv4(base) ? 'ipv4' : 'ipv6';
    if (prefix === undefined) list.addAddress(base, family);
    else list.addSubnet(base, Number(prefix), family);
  }
  return (address) => list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
};

/**
 * The right-most hop that no trusted proxy is: everything left of it was written by the client. Without a trusted
 * proxy that is the peer itself, whatever the header says.
 */
export const clientAddress = (
  peer: string | undefined,
  forwardedFor: string | undefined,
  isTrusted: IsTrusted,
): string | null => {
  let client = peer === undefined ? null : canonicalAddress(peer);
  const hops = (forwardedFor ?? '').split(',').slice(-MOST_HOPS);
  while (client !== null && isTrusted(client)) {
    const hop = canonicalAddress((hops.pop() ?? '').trim());
    // Malformed or missing: the proxy that wrote it is the last address that is known.
    if (hop === null) return client;
    client = hop;
  }
  return client;
};
