import { QueryClientProvider } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { apiClient } from '../client.ts';
import { queryClient } from '../query-client.ts';
import { trpc } from '../trpc.ts';

/** Everything in this folder works inside of it. */
export const AuthProvider = ({ children }: { children: ReactNode }) => (
  <trpc.Provider client={apiClient} queryClient={queryClient}>
    <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
  </trpc.Provider>
);
