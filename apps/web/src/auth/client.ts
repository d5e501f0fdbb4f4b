import type { AppRouter } from '@portcullis/api/router';
import { createTRPCClient, splitLink, type TRPCClient, type TRPCLink } from '@trpc/client';
import { httpBatchLink } from '@trpc/client/links/httpBatchLink';
import { httpLink } from '@trpc/client/links/httpLink';
import { lateLink } from './late-link.ts';

const URL_OF_API = '/trpc';

/** The service's own limit (`maxBatchSize`); a larger batch is refused. */
const MAX_BATCH = 10;

/** A call that hangs is a call that failed: past this many milliseconds the person is told so. */
const CALL_DEADLINE_MS = 20_000;

type LinkFetch = NonNullable<Parameters<typeof httpLink<AppRouter>>[0]['fetch']>;

const fetchWithDeadline: LinkFetch = (input, init) => {
  const deadline = AbortSignal.timeout(CALL_DEADLINE_MS);
  const { signal, ...rest } = init ?? {};
  return fetch(input, {
    ...(rest as Omit<RequestInit, 'signal'>),
    signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    credentials: 'same-origin',
    cache: 'no-store',
  });
};

/** Mails come in the language of the page that causes them, whatever the browser would rather read. */
const headers = () => ({ 'accept-language': document.documentElement.lang });

const links = (): TRPCLink<AppRouter>[] => [
  splitLink({
    condition: (op) => op.type === 'subscription',
    true: lateLink(() => import('./subscription-link.ts').then((late) => late.subscriptionLink(URL_OF_API))),
    false: splitLink({
      condition: (op) => op.type === 'mutation',
      // Many mutations are refused in a batch: each travels alone. One without input has no body at all.
      true: httpLink({ url: URL_OF_API, headers, fetch: fetchWithDeadline }),
      false: httpBatchLink({ url: URL_OF_API, maxItems: MAX_BATCH, fetch: fetchWithDeadline }),
    }),
  }),
];

export type ApiClient = TRPCClient<AppRouter>;

/** Calls outside React's tree: the session guard's probe and the paged activity list. */
export const apiClient: ApiClient = createTRPCClient<AppRouter>({ links: links() });
