import { renderMail } from '../../mail/render.ts';
import type { MailDeps, PreparedMail } from './context.ts';
import { renewNotice, type TakenNotice } from './notice.ts';

/** The notice could not be renewed in time, so another sender may get it: this one stopped before that could be. */
class NoticeLost extends Error {
  override readonly name = 'NoticeLost';
}

/**
 * Talks to the mail server, with no transaction open, and keeps the notice meanwhile.
 * @throws SmtpError; NoticeLost
 */
export const sendKept = async (
  deps: MailDeps,
  notice: TakenNotice,
  mail: PreparedMail,
  signal: AbortSignal,
): Promise<void> => {
  const { clock, times, sender } = deps;
  const rendered = await renderMail(mail.content);
  // Preparing took time out of the lease, on a busy database much of it.
  if (clock.monotonicMs() - notice.heldSinceMs > times.renewMs && !(await renewNotice(deps, notice)))
    throw new NoticeLost('another sender has the notice');
  const lost = new AbortController();
  const late = new AbortController();
  const done = new AbortController();
  const keeping = keepRenewing(deps, notice, done.signal).catch((error: unknown) => lost.abort(error));
  const timing = rest(deps, times.sendMs, done.signal).then(
    (rested) => rested && late.abort(new Error('the deadline of the send passed')),
  );
  try {
    await sender.send(
      { to: mail.to, messageId: notice.messageId, ...rendered },
      AbortSignal.any([signal, lost.signal, late.signal]),
    );
  } catch (error) {
    throw lost.signal.aborted ? lost.signal.reason : error;
  } finally {
    done.abort();
    // A renewal still in flight would put another token over the one that a release looks for.
    await Promise.all([keeping, timing]);
  }
};

/** Ends when `done` is aborted; throws when the lease may soon run out for somebody else. */
const keepRenewing = async (deps: MailDeps, notice: TakenNotice, done: AbortSignal): Promise<void> => {
  const { clock, times } = deps;
  while (await rest(deps, times.renewMs, done)) {
    // Two thirds of the lease: what is left is for the clocks' difference and for the abort to reach the socket.
    const givesUpAt = notice.heldSinceMs + (times.leaseMs * 2) / 3;
    const over = new AbortController();
    const late = rest(deps, Math.max(0, givesUpAt - clock.monotonicMs()), over.signal).then(
      () => 'failed' as const,
    );
    const renewed = await Promise.race([renewNotice(deps, notice).catch(() => 'failed' as const), late]);
    over.abort();
    if (renewed === false) throw new NoticeLost('another sender has the notice');
    if (renewed === 'failed' && clock.monotonicMs() >= givesUpAt)
      throw new NoticeLost('the notice could not be renewed');
  }
};

/** False when it was cut short. */
const rest = (deps: MailDeps, ms: number, signal: AbortSignal): Promise<boolean> =>
  deps.clock.sleep(ms, signal).then(
    () => true,
    () => false,
  );
