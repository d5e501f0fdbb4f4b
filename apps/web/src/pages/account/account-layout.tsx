import { Link, Outlet } from '@tanstack/react-router';
import { Activity, Database, KeyRound, LayoutDashboard, LogOut } from 'lucide-react';
import { isSessionOver } from '../../auth/failure.ts';
import { StepUpProvider } from '../../auth/hooks/step-up.tsx';
import { useServiceStatus } from '../../auth/hooks/use-service-status.ts';
import { useSession } from '../../auth/hooks/use-session.ts';
import { useSignOut } from '../../auth/hooks/use-sign-out.ts';
import { Button } from '../../components/button.tsx';
import { GateMark } from '../../components/lattice.tsx';
import { Preferences } from '../../components/preferences.tsx';
import { Notice } from '../../components/notice.tsx';
import { dashboardWords } from '../../messages/dashboard.ts';
import { productWords } from '../../messages/product.ts';
import { OutageBanner } from './outage-banner.tsx';
import { StepUpDialog } from './step-up-dialog.tsx';
import { useWords } from '../../language/language.ts';

const places = [
  { to: '/dashboard', name: 'overview', Icon: LayoutDashboard },
  { to: '/dashboard/security', name: 'security', Icon: KeyRound },
  { to: '/dashboard/activity', name: 'activity', Icon: Activity },
  { to: '/dashboard/data', name: 'data', Icon: Database },
] as const;

const Places = () => {
  const dashboard = useWords(dashboardWords);
  return (
    <nav aria-label={dashboard.nav} className="-mx-2 md:mx-0">
      <ul className="flex flex-wrap sm:gap-1 md:flex-col">
        {places.map(({ to, name, Icon }) => (
          <li key={to} className="shrink-0">
            <Link
              to={to}
              activeOptions={{ exact: true }}
              className="flex min-h-11 items-center gap-2.5 rounded-control px-2 text-xs font-medium sm:text-sm text-muted sm:px-3 hover:bg-sunken hover:text-ink aria-[current=page]:bg-accent-soft aria-[current=page]:text-accent"
            >
              <Icon className="hidden size-4.5 md:block" strokeWidth={1.75} aria-hidden="true" />
              {dashboard[name]}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
};

export const AccountLayout = () => {
  const dashboard = useWords(dashboardWords);
  const product = useWords(productWords);
  const service = useServiceStatus();
  const { asking, askAgain } = useSession();
  const signingOut = useSignOut();
  return (
    <StepUpProvider prompt={StepUpDialog}>
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:absolute focus:start-4 focus:top-3 focus:z-10 focus:rounded-control focus:bg-surface focus:px-4 focus:py-2"
      >
        {product.skip}
      </a>
      <header className="border-b border-line bg-surface">
        <div className="mx-auto flex max-w-5xl items-center justify-between gap-4 px-5 py-3">
          <Link
            to="/dashboard"
            activeProps={{ 'aria-current': undefined }}
            className="flex items-center gap-2.5 rounded-control text-lg font-semibold"
          >
            <GateMark />
            {product.name}
          </Link>
          <Button
            look="quiet"
            pending={signingOut.isPending}
            pendingLabel={dashboard.signingOut}
            onClick={() => signingOut.mutate()}
          >
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
          {service.status !== 'ok' && <OutageBanner service={service} asking={asking} askAgain={askAgain} />}
          {signingOut.failure && !isSessionOver(signingOut.failure.reason) && (
            <Notice tone="warning" role="alert">
              {dashboard.signOutFailed}
            </Notice>
          )}
          <Outlet />
        </main>
      </div>
      <footer className="mx-auto max-w-5xl px-5 pb-6">
        <div className="border-t border-line pt-4">
          <Preferences />
        </div>
      </footer>
    </StepUpProvider>
  );
};
