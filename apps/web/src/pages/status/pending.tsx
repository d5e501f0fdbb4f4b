import { GateMark } from '../../components/lattice.tsx';
import { dashboard } from '../../messages/dashboard.ts';

/** Before the first answer. Quick answers never show it. */
export const PendingPage = () => (
  <main className="grid min-h-dvh place-items-center px-5">
    <div className="delayed-in flex flex-col items-center gap-4 text-muted" role="status">
      <div className="pulse">
        <GateMark className="size-10" />
      </div>
      <h1 className="text-base font-normal">{dashboard.opening}</h1>
    </div>
  </main>
);
