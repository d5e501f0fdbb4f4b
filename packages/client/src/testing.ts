import { createAuthClient } from './client.ts';
import { FakeService, type FakeSession, type Faults } from './fake-service.ts';
import type { AuthClient, AuthClientOptions } from './types.ts';

export type { FakeSession, Faults } from './fake-service.ts';

/** A client on an issuer in memory: real keys, real tokens, no network. For tests of services. */
export interface TestAuth {
  readonly auth: AuthClient;
  /** Opens a session; its headers are those of a request that presents it. */
  signIn(options?: { accountId?: string; transport?: 'cookie' | 'bearer' }): FakeSession;
  /** Ends one session, or every one of an account. */
  revoke(what: { sessionId: string } | { accountId: string }): void;
  /** Lets a session expire. */
  expire(sessionId: string): void;
  /** Switches for what can go wrong; each stays until it is taken back. */
  readonly faults: Faults;
  /** How often each path was asked for. */
  readonly calls: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

/** @param options as for `createAuthClient`, without what names the service */
export const createTestAuth = (
  options: Partial<Omit<AuthClientOptions, 'url' | 'clientId' | 'clientSecret' | 'fetch'>> = {},
): TestAuth => {
  const service = new FakeService();
  const auth = createAuthClient({
    ...options,
    url: service.issuer,
    clientId: 'test',
    clientSecret: 'test',
    fetch: service.fetch,
  });
  return {
    auth,
    signIn: (wish = {}) => service.signIn(wish),
    revoke: (what) => service.revoke(what),
    expire: (sessionId) => service.expire(sessionId),
    faults: service.faults,
    calls: service.calls,
    close: () => auth.close(),
  };
};
