import type { AppRouter } from '@portcullis/api/router';
import { createTRPCReact } from '@trpc/react-query';

/** The typed hooks of every procedure. The router is imported as a type only: no server code reaches the browser. */
export const trpc = createTRPCReact<AppRouter>();
