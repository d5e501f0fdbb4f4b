import type { AppRouter } from '@portcullis/api/router';
import type { TRPCLink } from '@trpc/client';
import { httpSubscriptionLink } from '@trpc/client?alone';

/** Server-sent events. Fetched late, in a file of its own (see `alone` in vite.config.ts). */
export const subscriptionLink = (url: string): TRPCLink<AppRouter> => httpSubscriptionLink({ url });
