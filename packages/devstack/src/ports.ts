import { createServer } from 'node:net';

/** True when nothing listens on the port of either loopback address: `localhost` may mean both. */
export async function isFree(port: number): Promise<boolean> {
  return (await canListen(port, '127.0.0.1')) && (await canListen(port, '::1'));
}

function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    // A machine without IPv6 has nobody listening there either.
    probe.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code !== 'EADDRINUSE' && host === '::1'),
    );
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** Below the ports that systems give to outgoing connections (32768 and up): none of those takes one before it is used. */
const ANY = { least: 11_000, most: 29_000 };

/**
 * A loopback TCP port that was free a moment ago: `preferred`, else the next free one above it; without a preference
 * any one that stays free for a server that comes back later. Another server may still take it first, so whoever listens
 * has to cope with that.
 *
 * @throws Error when none of the 200 ports from `preferred` on is free
 */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred === undefined || preferred === 0) return anyFreePort();
  for (let port = preferred; port < Math.min(preferred + 200, 65_536); port++) {
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port from ${preferred} to ${preferred + 199} on 127.0.0.1`);
}

/** By this process: what nobody listens on yet must not be given out again. */
const given = new Set<number>();

async function anyFreePort(): Promise<number> {
  for (;;) {
    const port = ANY.least + Math.floor(Math.random() * (ANY.most - ANY.least));
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
}
