import { isIPv6, type Socket, connect } from 'node:net';
import { connect as connectSecurely, type TLSSocket } from 'node:tls';

/** Where a request goes: to the door (nginx, TLS), or past it to one instance. */
export type Place =
  | { kind: 'door'; host: string; port: number; ca: string }
  | { kind: 'instance'; host: string; port: number; ops: number; pid: number; logFile: string };

/**
 * A connection that comes from this address. The door believes the PROXY protocol of whoever connects (it listens for
 * nobody else), so an attack has an address of its own without the machine having it, and every header stays the
 * attacker's.
 */
export const connectTo = (place: Place, from: string): Socket | TLSSocket => {
  const socket = connect(place.port, '127.0.0.1');
  if (place.kind === 'instance') return socket;
  const kind = isIPv6(from) ? `TCP6 ${from} ::1` : `TCP4 ${from} 127.0.0.1`;
  socket.on('error', () => undefined);
  socket.write(`PROXY ${kind} 50000 443\r\n`);
  return connectSecurely({ socket, servername: 'localhost', ca: place.ca, ALPNProtocols: ['http/1.1'] });
};
