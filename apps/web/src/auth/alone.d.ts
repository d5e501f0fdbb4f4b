declare module '@trpc/client?alone' {
  export { httpSubscriptionLink } from '@trpc/client';
}
