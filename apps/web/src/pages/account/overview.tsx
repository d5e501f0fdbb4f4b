import { PageHeading } from '../../components/page-heading.tsx';
import { overview } from '../../messages/dashboard.ts';
import { useAccount } from './account-context.ts';
import { Profile } from './profile.tsx';
import { Sessions } from './sessions.tsx';

export const OverviewPage = () => {
  const { account } = useAccount();
  return (
    <>
      <PageHeading
        title={overview.title}
        shown={account.name ? overview.greeting(account.name) : overview.title}
      />
      <Sessions />
      <Profile />
    </>
  );
};
