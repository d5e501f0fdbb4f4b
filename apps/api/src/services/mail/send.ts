import { renderMail } from '../../mail/render.ts';
import type { MailDeps, PreparedMail } from './context.ts';
import { renewNotice, type TakenNotice } from './notice.ts';

/** The notice could not be renewed in time, so another sender may get it: this one stopped before that could be. */
class NoticeLost extends Error {
  override readonly name = 'NoticeLost';
  /** As with a send that failed: the server may have the mail all the same. */
  readonly mayBeAccepted: boolean;

  constructor(message: string, mayBeAccepted: boolean) {
    super(message);
    this.mayBeAccepted = mayBeAccepted;
  }
}

/** The server certainly does not have the mail of this failed attempt. */
export const wasNotAccepted = (error: unknown): boolean =>
  error instanceof Error && 'mayBeAccepted' in error && error.mayBeAccepted === false;

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
  const rendered = await renderMail(mail.content, deps.config.publicUrl);
  // Preparing took time out of the lease, on a busy database much of it.
  if (clock.monotonicMs() - notice.heldSinceMs > times.renewMs && !(await renewNotice(deps, notice)))
    throw new NoticeLost('another sender has the notice', false);
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
    if (!lost.signal.aborted) throw error;
    const why: unknown = lost.signal.reason;
    throw new NoticeLost(why instanceof Error ? why.message : 'the notice was lost', !wasNotAccepted(error));
  } finally {
    done.abort();
    // A renewal still in flight would put another token over the one that a release looks for.
    await Promise.all([keeping, timing]);
  }
};

/** Ends when `done` is aborted; throws when the lease may soon run out for somebody else. */
const keepRenewing = async (deps: MailDeps, notice: TakenNotice, done: AbortSignal): Promise<void> => {
  const { clock, times } = deps;
  // Two thirds of the lease: what is left is for the clocks' difference and for the abort to reach the socket.
  const left = () => notice.heldSinceMs + (times.leaseMs * 2) / 3 - clock.monotonicMs();
  while (await rest(deps, Math.max(0, Math.min(times.renewMs, left())), done)) {
    const over = new AbortController();
    const late = rest(deps, Math.max(0, left()), over.signal).then(() => 'failed' as const);
    const renewed = await Promise.race([renewNotice(deps, notice).catch(() => 'failed' as const), late]);
    over.abort();
    if (renewed === false) throw new Error('another sender has the notice');
    if (renewed === 'failed' && left() <= 0) throw new Error('the notice could not be renewed');
  }
};

/** False when it was cut short. */
const rest = (deps: MailDeps, ms: number, signal: AbortSignal): Promise<boolean> =>
  deps.clock.sleep(ms, signal).then(
    () => true,
    () => false,
  );
