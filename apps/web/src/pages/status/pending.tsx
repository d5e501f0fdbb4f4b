import { GateMark } from '../../components/lattice.tsx';
import { useDocumentTitle } from '../../components/page-title.ts';
import { pendingWords } from '../../messages/status-pages.ts';
import { useWords } from '../../language/language.ts';

/** Before the first answer. Quick answers never show it. */
export const PendingPage = () => {
  const { opening } = useWords(pendingWords);
  useDocumentTitle(opening);
  return (
    <main className="grid min-h-dvh place-items-center px-5">
      <div className="delayed-in flex flex-col items-center gap-4 text-muted" role="status">
        <div className="pulse">
          <GateMark className="size-10" />
        </div>
        <h1 className="text-base font-normal">{opening}</h1>
      </div>
    </main>
  );
};
