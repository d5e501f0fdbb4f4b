import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  type SearchSchemaInput,
} from '@tanstack/react-router';
import { authGuard, sessionsAhead } from './auth/hooks/auth-guard.ts';
import { safeReturnTo } from './auth/return-to.ts';
import type { MailKind } from './pages/entry/send-link-again.tsx';
import { SignInPage } from './pages/entry/sign-in.tsx';
import { NotFoundPage } from './pages/status/not-found.tsx';
import { PendingPage } from './pages/status/pending.tsx';
import { UnexpectedPage } from './pages/status/unexpected.tsx';

const root = createRootRoute({
  component: Outlet,
  notFoundComponent: NotFoundPage,
  errorComponent: UnexpectedPage,
});

const start = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/dashboard', replace: true });
  },
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  component: SignInPage,
  validateSearch: (search: { returnTo?: string } & SearchSchemaInput): { returnTo?: string } =>
    search.returnTo === undefined ? {} : { returnTo: safeReturnTo(search.returnTo) },
});

const signUp = createRoute({
  getParentRoute: () => root,
  path: '/sign-up',
  component: lazyRouteComponent(() => import('./pages/entry/sign-up.tsx'), 'SignUpPage'),
});

const kinds: readonly MailKind[] = ['sign-up', 'verification', 'reset'];

const checkMail = createRoute({
  getParentRoute: () => root,
  path: '/check-mail',
  component: lazyRouteComponent(() => import('./pages/entry/check-mail.tsx'), 'CheckMailPage'),
  validateSearch: (search: { for?: MailKind } & SearchSchemaInput): { for: MailKind } => ({
    for: kinds.find((kind) => kind === search.for) ?? 'verification',
  }),
});

const forgotPassword = createRoute({
  getParentRoute: () => root,
  path: '/forgot-password',
  component: lazyRouteComponent(() => import('./pages/entry/forgot-password.tsx'), 'ForgotPasswordPage'),
});

const signedOut = createRoute({
  getParentRoute: () => root,
  path: '/signed-out',
  component: lazyRouteComponent(() => import('./pages/entry/signed-out.tsx'), 'SignedOutPage'),
});

const verifyEmail = createRoute({
  getParentRoute: () => root,
  path: '/verify-email',
  component: lazyRouteComponent(() => import('./pages/mailed-links/verify-email.tsx'), 'VerifyEmailPage'),
});

const resetPassword = createRoute({
  getParentRoute: () => root,
  path: '/reset-password',
  component: lazyRouteComponent(() => import('./pages/mailed-links/reset-password.tsx'), 'ResetPasswordPage'),
});

const confirmEmailChange = createRoute({
  getParentRoute: () => root,
  path: '/confirm-email-change',
  component: lazyRouteComponent(
    () => import('./pages/mailed-links/confirm-email-change.tsx'),
    'ConfirmEmailChangePage',
  ),
});

const undoEmailChange = createRoute({
  getParentRoute: () => root,
  path: '/undo-email-change',
  component: lazyRouteComponent(
    () => import('./pages/mailed-links/undo-email-change.tsx'),
    'UndoEmailChangePage',
  ),
});

const account = createRoute({
  getParentRoute: () => root,
  path: '/dashboard',
  // Who is not signed in is sent away before a private page is even fetched.
  beforeLoad: async ({ location }) => {
    const asked = await authGuard();
    if (asked === 'signedOut')
      throw redirect({
        to: '/sign-in',
        search: { returnTo: safeReturnTo(location.pathname) },
        replace: true,
      });
    if (asked === 'signedIn' && /^\/dashboard\/?$/.test(location.pathname)) await sessionsAhead();
  },
  pendingComponent: PendingPage,
  pendingMs: 0,
  pendingMinMs: 0,
  component: lazyRouteComponent(() => import('./pages/account/gate.tsx'), 'AccountGate'),
});

const overview = createRoute({
  getParentRoute: () => account,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/account/overview.tsx'), 'OverviewPage'),
});

const security = createRoute({
  getParentRoute: () => account,
  path: '/security',
  component: lazyRouteComponent(() => import('./pages/account/security.tsx'), 'SecurityPage'),
});

const activity = createRoute({
  getParentRoute: () => account,
  path: '/activity',
  component: lazyRouteComponent(() => import('./pages/account/activity.tsx'), 'ActivityPage'),
});

const yourData = createRoute({
  getParentRoute: () => account,
  path: '/data',
  component: lazyRouteComponent(() => import('./pages/account/your-data.tsx'), 'YourDataPage'),
});

/** Where `/.well-known/change-password` leads password managers (https://w3c.github.io/webappsec-change-password-url/). */
const changePassword = createRoute({
  getParentRoute: () => root,
  path: '/change-password',
  beforeLoad: () => {
    throw redirect({ to: '/dashboard/security', replace: true });
  },
});

const routeTree = root.addChildren([
  start,
  signIn,
  signUp,
  checkMail,
  forgotPassword,
  signedOut,
  verifyEmail,
  resetPassword,
  confirmEmailChange,
  undoEmailChange,
  changePassword,
  account.addChildren([overview, security, activity, yourData]),
]);

export const router = createRouter({ routeTree, defaultPreload: 'intent', scrollRestoration: false });

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
  interface HistoryStateObjectInput {
    email?: string;
  }
  interface HistoryState {
    /** The address a mail went to: kept beside the address bar, never in it. */
    email?: string;
  }
}
