import type { ReactNode } from 'react';
import { ButtonLink } from '../../components/button.tsx';
import { EntryLayout } from '../../components/entry-layout.tsx';
import { mailedLinksWords } from '../../messages/mailed-links.ts';
import { useWords } from '../../language/language.ts';

/** Shown when the address carried no secret: cut short by a mail program, or gone after a reload. */
export const IncompleteLink = () => {
  const mailedLinks = useWords(mailedLinksWords);
  return (
    <EntryLayout title={mailedLinks.incompleteTitle} lead={mailedLinks.incomplete}>
      <ButtonLink to="/sign-in" look="secondary">
        {mailedLinks.backToSignIn}
      </ButtonLink>
    </EntryLayout>
  );
};

/** The last page of a mailed link: what happened, and the one thing to do next. */
export const LinkOutcome = ({
  title,
  lead,
  children,
}: {
  title: string;
  lead: string;
  children: ReactNode;
}) => (
  <EntryLayout title={title} lead={lead}>
    {children}
  </EntryLayout>
);
