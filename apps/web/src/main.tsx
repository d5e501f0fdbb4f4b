import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { apiClient } from './api/client.ts';
import { trpc } from './api/trpc.ts';
import { router } from './router.tsx';
import { takeMailedSecret } from './session/mailed-secret.ts';
import { queryClient } from './session/query-client.ts';

takeMailedSecret();
window.addEventListener('hashchange', takeMailedSecret);

const mount = document.getElementById('root');
if (mount === null) throw new Error('index.html has no #root');

createRoot(mount).render(
  <StrictMode>
    <trpc.Provider client={apiClient} queryClient={queryClient}>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </trpc.Provider>
  </StrictMode>,
);
