import { useEffect, useRef, useState } from 'react';
import { createJudge, type Guess } from './judge.ts';

/** The typing has paused: later than this many milliseconds after a key nobody waits for the next one. */
const PAUSE_MS = 400;

/** Which of the four steps a score of 0 to 4 stands for: the two lowest are one, nobody should choose between them. */
const stepOf = (score: number): number => Math.max(0, Math.min(4, score) - 1);

/**
 * How hard `password` is to guess, 0 to 3; null while that is not known. The worker and its dictionaries are fetched
 * when the first password is typed. Where they can't be had there is no hint, and nothing else changes.
 */
export const useStrength = (password: string, known: readonly string[]): number | null => {
  const [step, setStep] = useState<number | null>(null);
  const judge = useRef<((guess: Guess) => void) | null>(null);
  const worker = useRef<Worker | null>(null);
  useEffect(
    () => () => {
      worker.current?.terminate();
      worker.current = null;
      judge.current = null;
    },
    [],
  );
  const words = known.filter(Boolean).join('\n');
  useEffect(() => {
    if (password === '') {
      setStep(null);
      return;
    }
    const timer = setTimeout(() => {
      if (judge.current === null) {
        const own = new Worker(new URL('./strength-worker.ts', import.meta.url), { type: 'module' });
        own.onerror = () => setStep(null);
        worker.current = own;
        judge.current = createJudge(
          {
            ask: (guess) => own.postMessage(guess),
            onAnswer: (hear) => {
              own.onmessage = (event) => hear(event.data);
            },
          },
          ({ score }) => setStep(stepOf(score)),
        );
      }
      judge.current({ password, known: words === '' ? [] : words.split('\n') });
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [password, words]);
  return step;
};
