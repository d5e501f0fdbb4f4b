import { createHash } from 'node:crypto';
import type { Random } from '../../ports.ts';

/** Says at a glance, to people and to scanners of leaked secrets, what it is. */
const PREFIX = 'pcs_';

/** 256 random bits. Shown once; only its SHA-256 is stored, which needs no salt: nobody can list 2^256 secrets. */
export const newSecret = (random: Random): string => `${PREFIX}${random.bytes(32).toString('base64url')}`;

export const hashOfSecret = (secret: string): Buffer => createHash('sha256').update(secret, 'utf8').digest();
