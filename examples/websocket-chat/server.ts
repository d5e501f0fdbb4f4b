// A chat that drops whoever is signed out, at once. Run it: node server.ts
import { createServer, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createAuthClient } from '@portcullis/client';
import { endOnRevocation, verifyUpgrade } from '@portcullis/client/node';
import { WebSocketServer } from 'ws';

const { AUTH_URL = '', AUTH_CLIENT_ID = '', AUTH_CLIENT_SECRET = '', PORT = '4000' } = process.env;
/** The pages that may open a connection with the cookies of their visitors. */
const origins = (process.env['ALLOWED_ORIGINS'] ?? '').split(',');

const auth = createAuthClient({ url: AUTH_URL, clientId: AUTH_CLIENT_ID, clientSecret: AUTH_CLIENT_SECRET });
const chat = new WebSocketServer({ noServer: true, maxPayload: 4_096 });
const server = createServer((_, response) => response.writeHead(404).end());

const upgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
  const verified = await verifyUpgrade(auth, request, socket, { origins });
  if (verified === null) return;
  chat.handleUpgrade(request, socket, head, (peer) => {
    endOnRevocation(auth, request, verified, peer);
    peer.on('message', (text: Buffer) => {
      const line = JSON.stringify({ from: verified.account.id, text: text.toString() });
      for (const other of chat.clients) other.send(line);
    });
  });
};

server.on('upgrade', (request, socket, head) => void upgrade(request, socket, head));
server.listen(Number(PORT), '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`listening on ${typeof address === 'object' ? address?.port : address}\n`);
});
