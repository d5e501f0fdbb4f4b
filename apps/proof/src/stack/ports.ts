import { freePort } from '@portcullis/devstack/ports';

const LEAST = 11_000;
const MOST = 29_000;

/**
 * A free port below those that systems give to outgoing connections (from 32768 on): a server that a fault ends has to
 * find its port free when it comes back.
 */
export const stablePort = (): Promise<number> => freePort(LEAST + Math.floor(Math.random() * (MOST - LEAST)));
