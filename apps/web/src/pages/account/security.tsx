import { PageHeading } from '../../components/page-heading.tsx';
import { security } from '../../messages/dashboard.ts';
import { ChangeEmail } from './change-email.tsx';
import { ChangePassword } from './change-password.tsx';

export const SecurityPage = () => (
  <>
    <PageHeading title={security.title} />
    <ChangePassword />
    <ChangeEmail />
  </>
);
