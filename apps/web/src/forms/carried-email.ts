import { useEffect, useRef } from 'react';

/** The address that was typed last on a page before the sign-in. Kept in memory only. */
let carried = '';

export const carriedEmail = (): string => carried;

/**
 * Carries what was typed as the address to the next page (WCAG 3.3.7): who has forgotten a password does not type the
 * address twice. The returned function lets go of it, once somebody has signed in.
 */
export const useCarriedEmail = (typed: () => string): (() => void) => {
  const latest = useRef(typed);
  const keep = useRef(true);
  useEffect(() => {
    latest.current = typed;
  });
  useEffect(
    () => () => {
      carried = keep.current ? latest.current() : '';
    },
    [],
  );
  return () => {
    keep.current = false;
  };
};
