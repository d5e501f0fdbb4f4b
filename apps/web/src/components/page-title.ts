import { useEffect, useRef } from 'react';
import { product } from '../messages/product.ts';

let currentTitle: string = product.name;
/** The first page keeps the browser's own focus; later ones take it to their heading. */
let arrived = false;

/** Prefixes the document's title after a refused form, so that it is heard first; the next page or try resets it. */
export const markTitleAsError = (): void => {
  document.title = product.errorTitle(currentTitle);
};

/**
 * Names the document after this page and, after a navigation, moves the focus to its heading. A page that changes
 * what it is about (a form that became an answer) passes the new title and is treated as a new page.
 */
export const usePageTitle = (title: string): React.RefObject<HTMLHeadingElement | null> => {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    currentTitle = product.title(title);
    document.title = currentTitle;
    if (arrived) heading.current?.focus();
    arrived = true;
  }, [title]);
  return heading;
};
