import { Link, type LinkProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';

/** Underlined always: colour alone would not tell a link from the text around it. */
export const textLinkClass =
  'rounded-sm font-medium text-accent underline decoration-1 underline-offset-4 hover:text-accent-hover hover:decoration-2';

export const TextLink = ({
  children,
  className = '',
  ...link
}: LinkProps & { children: ReactNode; className?: string }) => (
  <Link {...link} className={`${textLinkClass} ${className}`}>
    {children}
  </Link>
);
