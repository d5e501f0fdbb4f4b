import { resolve } from 'node:path';
import { installLocked, lockedVersions } from '@portcullis/devstack/locked-install';

const source = resolve(import.meta.dirname, '../../peers');

/** Installs what is compared with. @returns the folder */
export const installPeers = (say: (line: string) => void): Promise<string> =>
  installLocked({
    source,
    name: 'peers',
    programs: ['better-auth.mjs', 'express-session.mjs'],
    installing: () => say('Installing better-auth, express-session and connect-redis (once) …'),
  });

export const peerVersions = (): Record<string, string> => lockedVersions(source);
