import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { AuthProvider } from './auth/hooks/auth-provider.tsx';
import { startLanguage } from './language/language.ts';
import { router } from './router.tsx';
import { takeMailedSecret } from './pages/mailed-links/mailed-secret.ts';

takeMailedSecret();
await startLanguage();
window.addEventListener('hashchange', takeMailedSecret);

const mount = document.getElementById('root');
if (mount === null) throw new Error('index.html has no #root');

createRoot(mount).render(
  <StrictMode>
    <AuthProvider>
      <RouterProvider router={router} />
    </AuthProvider>
  </StrictMode>,
);
