import { topic } from '../language/language.ts';

/** Names and sentences that belong to no single page. */
export const productWords = topic('productWords', {
  name: 'Portcullis',
  title: (page: string) => `${page} · Portcullis`,
  errorTitle: (title: string) => `Error: ${title}`,
  skip: 'Skip to content',
  promise: 'Signed out means signed out.',
  promiseDetail: 'On the very next request, on every device, and you can watch it happen.',
  vignette: [
    { device: 'This browser', state: 'Active now', live: true },
    { device: 'Firefox on a work laptop', state: 'Signed out just now', live: false },
    { device: 'Safari on a phone', state: 'Signed out just now', live: false },
  ],
});
