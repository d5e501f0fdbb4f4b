import { useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { type AuthPages, RequireAuth } from '../../auth/hooks/require-auth.tsx';
import { EndedElsewherePage } from '../status/ended-elsewhere.tsx';
import { PendingPage } from '../status/pending.tsx';
import { UnavailablePage } from '../status/unavailable.tsx';
import { AccountLayout } from './account-layout.tsx';

/** After a deliberate sign-out the farewell has a page of its own. */
const Farewell = () => {
  const navigate = useNavigate();
  useEffect(() => {
    void navigate({ to: '/signed-out', replace: true });
  }, [navigate]);
  return null;
};

/** Sends to the sign-in page, which leads back here. The page is noted once: leaving it changes the location. */
const ToSignIn = () => {
  const navigate = useNavigate();
  const path = useLocation({ select: (location) => location.pathname });
  const [returnTo] = useState(path);
  useEffect(() => {
    void navigate({ to: '/sign-in', search: { returnTo }, replace: true });
  }, [navigate, returnTo]);
  return null;
};

const pages: AuthPages = {
  Pending: PendingPage,
  Unavailable: UnavailablePage,
  EndedElsewhere: EndedElsewherePage,
  Farewell,
  ToSignIn,
};

/** The door to every signed-in page. */
export const AccountGate = () => (
  <RequireAuth pages={pages}>
    <AccountLayout />
  </RequireAuth>
);
