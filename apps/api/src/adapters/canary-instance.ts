import type { CanaryInstance, Shown } from '../ports.ts';

const DEADLINE_MS = 10_000;

/** An instance behind its own address, spoken to as any client does. */
export const canaryInstance = (origin: string): CanaryInstance => {
  const call = async (path: string, token: string | null, input?: object): Promise<Response | null> => {
    try {
      return await fetch(`${origin}${path}`, {
        method: input === undefined ? 'GET' : 'POST',
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(input === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(input === undefined ? {} : { body: JSON.stringify(input) }),
        redirect: 'error',
        signal: AbortSignal.timeout(DEADLINE_MS),
      });
    } catch {
      return null;
    }
  };
  return {
    name: origin,
    signIn: async (email, password) => {
      const response = await call('/trpc/session.signIn', null, { email, password, transport: 'bearer' });
      const body: unknown = await response?.json().catch(() => null);
      return response?.status === 200 ? tokenIn(body) : null;
    },
    end: async (token, what) => {
      const procedure = what === 'this session' ? 'session.signOut' : 'session.revokeAll';
      const response = await call(`/trpc/${procedure}`, token, {});
      await response?.body?.cancel();
      return response?.status === 200;
    },
    show: async (token): Promise<Shown> => {
      const response = await call('/v1/session', token);
      await response?.body?.cancel();
      if (response?.ok) return 'accepted';
      return response?.status === 401 ? 'refused' : 'undecided';
    },
  };
};

const tokenIn = (body: unknown): string | null => {
  const { result } = (body ?? {}) as { result?: { data?: { tokens?: { accessToken?: unknown } } } };
  const token = result?.data?.tokens?.accessToken;
  return typeof token === 'string' ? token : null;
};
