import { ButtonLink } from '../../components/button.tsx';
import { EntryLayout } from '../../components/entry-layout.tsx';
import { notFound } from '../../messages/status-pages.ts';

export const NotFoundPage = () => (
  <EntryLayout title={notFound.title} lead={notFound.lead}>
    <ButtonLink to="/" look="secondary">
      {notFound.home}
    </ButtonLink>
  </EntryLayout>
);
