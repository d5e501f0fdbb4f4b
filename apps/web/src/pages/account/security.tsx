import { PageHeading } from '../../components/page-heading.tsx';
import { securityWords } from '../../messages/dashboard.ts';
import { ChangeEmail } from './change-email.tsx';
import { ChangePassword } from './change-password.tsx';
import { useWords } from '../../language/language.ts';

export const SecurityPage = () => {
  const security = useWords(securityWords);
  return (
    <>
      <PageHeading title={security.title} />
      <ChangePassword />
      <ChangeEmail />
    </>
  );
};
