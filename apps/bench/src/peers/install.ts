import { resolve } from 'node:path';
import { installLocked, lockedVersions } from '@portcullis/devstack/locked-install';

const source = resolve(import.meta.dirname, '../../peers');

/** Installs what is compared with. @returns the folder */
export const installPeers = (say: (line: string) => void): Promise<string> =>
  installLocked({
    source,
    name: 'bench-peers',
    programs: ['better-auth.mjs', 'express-session.mjs', 'session-table.mjs', 'jwt.mjs', 'serve.mjs'],
    installing: () =>
      say('Installing better-auth, express-session, connect-redis, jose and what they need (once) …'),
  });

export const peerVersions = (): Record<string, string> => lockedVersions(source);
