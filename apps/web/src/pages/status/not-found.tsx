import { ButtonLink } from '../../components/button.tsx';
import { EntryLayout } from '../../components/entry-layout.tsx';
import { notFoundWords } from '../../messages/status-pages.ts';
import { useWords } from '../../language/language.ts';

export const NotFoundPage = () => {
  const notFound = useWords(notFoundWords);
  return (
    <EntryLayout title={notFound.title} lead={notFound.lead}>
      <ButtonLink to="/" look="secondary">
        {notFound.home}
      </ButtonLink>
    </EntryLayout>
  );
};
