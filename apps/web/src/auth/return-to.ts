const HOME = '/dashboard';

/**
 * Where to go after signing in: a page of the signed-in part of this site, and nothing else. Anything that a crafted
 * link could carry to another origin, or to a page that acts on arrival, becomes the dashboard.
 */
export const safeReturnTo = (wanted: unknown): string => {
  if (typeof wanted !== 'string' || !/^\/dashboard(?:\/[a-z-]+)*$/.test(wanted)) return HOME;
  return wanted;
};
