import { createMinter } from '../load/accounts.ts';
import { startProofStack } from '../stack/stack.ts';
import type { PeerResult, Scene } from './scenarios.ts';
import { call, type PeerService } from './service.ts';

/** The service itself in the same scenarios: two instances, its defaults but for the ones named in the report. */
export const withPortcullis = async (
  checkout: string,
  say: (line: string) => void,
  work: (scene: Scene) => Promise<PeerResult>,
): Promise<PeerResult> => {
  const stack = await startProofStack({
    ...{ instances: 2, leaseSeconds: 3, refreshWindowSeconds: 60, checkout, say },
    // What a password costs is part of how long a sign-in is in flight.
    env: { PORTCULLIS_ARGON2_MEMORY_KIB: '19456', PORTCULLIS_ARGON2_PASSES: '2' },
  });
  const minter = createMinter(stack.databaseUrl);
  try {
    const ports = stack.instances.map(({ port }) => port) as [number, number];
    return await work({ service: portcullis(minter), ports, redis: stack.redis.main, settleMs: 1_500 });
  } finally {
    await minter.close();
    await stack.stop();
  }
};

type Minter = ReturnType<typeof createMinter>;

const portcullis = (minter: Minter): PeerService => {
  const ids = new Map<string, string>();
  return {
    signUp: async (_port, email, password) => {
      const account = await minter.account({ email, password });
      if (account === null) throw new Error('the account could not be made');
      ids.set(email, account.id);
    },
    signIn: async (port, email, password) => {
      const input = { email, password, transport: 'bearer' };
      const { status, text } = await call(port, '/trpc/session.signIn', { input });
      if (status === 401) return null;
      if (status !== 200) throw new Error(`answered ${status}: ${text.slice(0, 200)}`);
      const { result } = JSON.parse(text) as { result: { data: { tokens: { accessToken: string } } } };
      return new Map([['bearer', result.data.tokens.accessToken]]);
    },
    check: async (port, jar) => {
      const { status } = await call(port, '/v1/session', { bearer: jar.get('bearer') ?? '' });
      return status === 204 ? 'accepted' : status === 401 ? 'refused' : 'unavailable';
    },
    reset: async (port, email, newPassword) => {
      const token = await minter.mint(ids.get(email) ?? '');
      if (token === null) throw new Error('the link could not be made');
      const { status, text } = await call(port, '/trpc/account.resetPassword', {
        input: { token, newPassword },
      });
      if (status !== 200) throw new Error(`answered ${status}: ${text.slice(0, 200)}`);
    },
  };
};
