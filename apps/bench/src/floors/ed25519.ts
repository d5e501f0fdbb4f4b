// One verification of an Ed25519 signature over a message as long as an access token's.
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { Hono } from 'hono';
import { listen } from './serve.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const message = Buffer.alloc(320, 'm');
const signature = sign(null, message, privateKey);

listen(
  new Hono().get('/', (c) =>
    verify(null, message, publicKey, signature) ? c.body(null, 204) : c.body(null, 401),
  ),
);
