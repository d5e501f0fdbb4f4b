import { Link, Outlet } from '@tanstack/react-router';
import { Activity, Database, KeyRound, LayoutDashboard, LogOut } from 'lucide-react';
import type { Failure } from '../../api/failure.ts';
import { Button } from '../../components/button.tsx';
import { GateMark } from '../../components/lattice.tsx';
import { Notice } from '../../components/notice.tsx';
import { dashboard } from '../../messages/dashboard.ts';
import { product } from '../../messages/product.ts';
import { OutageBanner } from './outage-banner.tsx';
import { StepUpProvider } from './step-up.tsx';
import { useEndOwnSession } from './use-end-own-session.ts';

const places = [
  { to: '/dashboard', label: dashboard.overview, Icon: LayoutDashboard },
  { to: '/dashboard/security', label: dashboard.security, Icon: KeyRound },
  { to: '/dashboard/activity', label: dashboard.activity, Icon: Activity },
  { to: '/dashboard/data', label: dashboard.data, Icon: Database },
] as const;

const Places = () => (
  <nav aria-label={dashboard.nav} className="-mx-2 md:mx-0">
    <ul className="flex flex-wrap sm:gap-1 md:flex-col">
      {places.map(({ to, label, Icon }) => (
        <li key={to} className="shrink-0">
          <Link
            to={to}
            activeOptions={{ exact: true }}
            className="flex min-h-11 items-center gap-2.5 rounded-control px-2 text-xs font-medium sm:text-sm text-muted sm:px-3 hover:bg-sunken hover:text-ink aria-[current=page]:bg-accent-soft aria-[current=page]:text-accent"
          >
            <Icon className="hidden size-4.5 md:block" strokeWidth={1.75} aria-hidden="true" />
            {label}
          </Link>
        </li>
      ))}
    </ul>
  </nav>
);

type AccountLayoutProps = { outage: Failure | null; askAgain: () => void; asking: boolean };

export const AccountLayout = ({ outage, askAgain, asking }: AccountLayoutProps) => {
  const { signOut, pending, failed } = useEndOwnSession();
  return (
    <StepUpProvider>
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:absolute focus:start-4 focus:top-3 focus:z-10 focus:rounded-control focus:bg-surface focus:px-4 focus:py-2"
      >
        {product.skip}
      </a>
      <header className="border-b border-line bg-surface">
        <div className="mx-auto flex max-w-5xl items-center justify-between gap-4 px-5 py-3">
          <Link to="/dashboard" className="flex items-center gap-2.5 rounded-control text-lg font-semibold">
            <GateMark />
            {product.name}
          </Link>
          <Button look="quiet" pending={pending} pendingLabel={dashboard.signingOut} onClick={signOut}>
            <span className="flex items-center gap-2">
              <LogOut className="size-4.5 rtl:-scale-x-100" strokeWidth={1.75} aria-hidden="true" />
              {dashboard.signOut}
            </span>
          </Button>
        </div>
      </header>
      <div className="mx-auto max-w-5xl px-5 pt-4 pb-20 md:grid md:grid-cols-[11rem_minmax(0,1fr)] md:gap-12 md:pt-10">
        <Places />
        <main id="content" className="mt-6 min-w-0 space-y-8 md:mt-0">
          {outage && <OutageBanner failure={outage} asking={asking} askAgain={askAgain} />}
          {failed && (
            <Notice tone="warning" role="alert">
              {dashboard.signOutFailed}
            </Notice>
          )}
          <Outlet />
        </main>
      </div>
    </StepUpProvider>
  );
};
