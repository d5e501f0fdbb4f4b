import { PageHeading } from '../../components/page-heading.tsx';
import { yourData } from '../../messages/dashboard.ts';
import { DeleteAccount } from './delete-account.tsx';
import { ExportData } from './export-data.tsx';

export const YourDataPage = () => (
  <>
    <PageHeading title={yourData.title} />
    <ExportData />
    <DeleteAccount />
  </>
);
