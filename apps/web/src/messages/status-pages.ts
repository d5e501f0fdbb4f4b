import { topic } from '../language/language.ts';

/** Pages and banners about the service rather than about the account. */
export const unavailableWords = topic('unavailableWords', {
  title: 'We can’t reach the service',
  lead: 'You are not signed out. This page will come back by itself as soon as the service answers.',
  offlineTitle: 'You’re offline',
  offline: 'You are not signed out. This page will come back by itself as soon as you are connected.',
  retry: 'Try now',
  retrying: 'Trying…',
  banner: 'We can’t reach the service. You’re still signed in; what you see may be out of date.',
  offlineBanner: 'You’re offline. You’re still signed in; what you see may be out of date.',
});

export const pendingWords = topic('pendingWords', {
  opening: 'Opening your account…',
});

export const rateLimitedWords = topic('rateLimitedWords', {
  title: 'Too many requests',
  lead: 'You are still signed in. This page continues by itself when the wait is over.',
});

export const notFoundWords = topic('notFoundWords', {
  title: 'Nothing here',
  lead: 'This page doesn’t exist, or it has moved.',
  home: 'Go to the start',
});

export const unexpectedWords = topic('unexpectedWords', {
  title: 'Something went wrong',
  lead: 'It isn’t your doing. Try again; if it keeps happening, tell whoever runs this service and include the request id.',
  noId: 'It isn’t your doing. Try again in a moment.',
  retry: 'Try again',
});
