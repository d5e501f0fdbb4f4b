import { PageHeading } from '../../components/page-heading.tsx';
import { overviewWords } from '../../messages/dashboard.ts';
import { useSessions } from '../../auth/hooks/use-sessions.ts';
import { useUser } from '../../auth/hooks/use-user.ts';
import { Profile } from './profile.tsx';
import { Sessions } from './sessions.tsx';
import { useWords } from '../../language/language.ts';

export const OverviewPage = () => {
  const overview = useWords(overviewWords);
  const { account } = useUser();
  // Nothing stands below a list whose length is not known yet: it would move.
  const { isPending } = useSessions();
  return (
    <>
      <PageHeading
        title={overview.title}
        shown={account.name ? overview.greeting(account.name) : overview.title}
      />
      <Sessions />
      {!isPending && <Profile />}
    </>
  );
};
