import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { AuthProvider } from './auth/hooks/auth-provider.tsx';
import { startLanguage } from './language/language.ts';
import { router } from './router.tsx';
import { takeMailedSecret } from './pages/mailed-links/mailed-secret.ts';

takeMailedSecret();
window.addEventListener('hashchange', takeMailedSecret);

const mount = document.getElementById('root');
if (mount === null) throw new Error('index.html has no #root');

const render = (): void =>
  createRoot(mount).render(
    <StrictMode>
      <AuthProvider>
        <RouterProvider router={router} />
      </AuthProvider>
    </StrictMode>,
  );

// Not awaited at the top: the words of a language import from this very file, and would wait for it in turn.
void startLanguage().then(render);
