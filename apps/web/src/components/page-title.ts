import { useEffect, useRef } from 'react';
import { productWords } from '../messages/product.ts';
import { useLanguage, useWords, wordsOf } from '../language/language.ts';

let currentTitle = 'Portcullis';
/** The first page keeps the browser's own focus; later ones take it to their heading. */
let arrived = false;

/** Prefixes the document's title after a refused form, so that it is heard first; the next page or try resets it. */
export const markTitleAsError = (): void => {
  document.title = wordsOf(productWords).errorTitle(currentTitle);
};

/** Names the document after what it shows, without moving the focus: for pages that another one follows at once. */
export const useDocumentTitle = (title: string): void => {
  const product = useWords(productWords);
  useEffect(() => {
    currentTitle = product.title(title);
    document.title = currentTitle;
  }, [title]);
};

/**
 * Names the document after this page and, after a navigation, moves the focus to its heading. A page that changes
 * what it is about (a form that became an answer) passes the new title and is treated as a new page.
 */
export const usePageTitle = (title: string): React.RefObject<HTMLHeadingElement | null> => {
  const heading = useRef<HTMLHeadingElement>(null);
  const language = useLanguage();
  const spoken = useRef(language);
  useDocumentTitle(title);
  useEffect(() => {
    // The same page in another language: the focus stays at the choice that was made.
    const translated = spoken.current !== language;
    spoken.current = language;
    if (arrived && !translated) heading.current?.focus();
    arrived = true;
    // biome-ignore lint/correctness/useExhaustiveDependencies: a new title is a new page
  }, [title]);
  return heading;
};
