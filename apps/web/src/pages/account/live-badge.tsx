import { sessionsWords } from '../../messages/sessions.ts';
import type { Liveness } from '../../auth/live-channel.ts';
import { useWords } from '../../language/language.ts';

/** Says whether changes appear by themselves right now. */
export const LiveBadge = ({ liveness }: { liveness: Liveness }) => {
  const sessions = useWords(sessionsWords);
  const live = liveness === 'live';
  return (
    <p
      className="flex items-center gap-2 rounded-full bg-sunken px-3 py-1 text-xs font-medium text-muted"
      title={live ? sessions.liveHint : sessions.reconnectingHint}
    >
      <span
        className={`size-2 rounded-full ${live ? 'bg-success' : 'pulse bg-warning'}`}
        aria-hidden="true"
        data-dot
      />
      {live ? sessions.live : sessions.reconnecting}
    </p>
  );
};
