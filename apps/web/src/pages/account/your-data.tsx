import { PageHeading } from '../../components/page-heading.tsx';
import { yourDataWords } from '../../messages/dashboard.ts';
import { DeleteAccount } from './delete-account.tsx';
import { ExportData } from './export-data.tsx';
import { useWords } from '../../language/language.ts';

export const YourDataPage = () => {
  const yourData = useWords(yourDataWords);
  return (
    <>
      <PageHeading title={yourData.title} />
      <ExportData />
      <DeleteAccount />
    </>
  );
};
