import { QueryClientProvider } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { apiClient } from '../client.ts';
import { queryClient } from '../query-client.ts';
import { trpc } from '../trpc.ts';
import { useSession } from './use-session.ts';

/** Everything in this folder works inside of it. */
export const AuthProvider = ({ children }: { children: ReactNode }) => (
  <trpc.Provider client={apiClient} queryClient={queryClient}>
    <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
  </trpc.Provider>
);

/** Shows `children` while somebody is signed in. */
export const SignedIn = ({ children }: { children: ReactNode }) =>
  useSession().state.status === 'signedIn' ? children : null;

/** Shows `children` once the service has said that nobody is signed in: not before, and not during an outage. */
export const SignedOut = ({ children }: { children: ReactNode }) =>
  useSession().state.status === 'signedOut' ? children : null;
