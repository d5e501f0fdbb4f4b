import { useEffect, useState } from 'react';
import { failureDetailsWords } from '../messages/failures.ts';
import { wordsOf } from '../language/language.ts';

/** Whole seconds left, never less than zero: what is left of a second still has to be waited for. */
const secondsLeft = (endsAt: number, now: number): number => Math.max(0, Math.ceil((endsAt - now) / 1000));

/** `0:42`, `12:05`, `1:00:00`. */
export const clock = (seconds: number): string => {
  const two = (n: number): string => String(n).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
};

/** A screen reader hears the wait at its start, at 30 and 10 seconds and at its end, not every second. */
const spokenWait = (seconds: number, total: number): string => {
  const words = wordsOf(failureDetailsWords);
  if (seconds === 0) return words.limitedOver;
  const step = seconds <= 10 ? Math.min(10, total) : seconds <= 30 ? Math.min(30, total) : total;
  return words.limited(step >= 120 ? words.minutes(Math.ceil(step / 60)) : words.seconds(step));
};

export type Countdown = { seconds: number; spoken: string };

/** Counts a wait of `waitMs` down on the monotonic clock, starting whenever `key` changes; null when there is none. */
export const useCountdown = (waitMs: number | null, key: unknown): Countdown | null => {
  const [state, setState] = useState<{ endsAt: number; total: number; seconds: number } | null>(null);
  useEffect(() => {
    if (waitMs === null) {
      setState(null);
      return;
    }
    const endsAt = performance.now() + waitMs;
    const total = Math.ceil(waitMs / 1000);
    const tick = (): void => {
      const seconds = secondsLeft(endsAt, performance.now());
      setState({ endsAt, total, seconds });
      if (seconds === 0) clearInterval(timer);
    };
    const timer = setInterval(tick, 250);
    tick();
    return () => clearInterval(timer);
    // biome-ignore lint/correctness/useExhaustiveDependencies: key restarts an equal wait
  }, [waitMs, key]);
  return state && { seconds: state.seconds, spoken: spokenWait(state.seconds, state.total) };
};
