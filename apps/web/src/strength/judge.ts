/** What the worker is asked: at most this many characters, since guessing takes longer than linear time. */
export const LONGEST_GUESS = 64;

/** A password, and words that an attacker would try first because they know whose it is. */
export type Guess = { password: string; known: string[] };

/** From 0 (found at once) to 4 (safe from an offline attack). */
export type Judgement = { score: number };

/** The part of a worker that is used. */
export type Oracle = {
  ask: (guess: Guess) => void;
  onAnswer: (hear: (judgement: Judgement) => void) => void;
};

/**
 * Asks one question at a time and only the newest of those that came meanwhile: a slow answer about an old entry never
 * overtakes the answer about the present one.
 */
export const createJudge = (oracle: Oracle, hear: (judgement: Judgement) => void) => {
  let busy = false;
  let waiting: Guess | null = null;
  const ask = (guess: Guess): void => {
    busy = true;
    oracle.ask({ ...guess, password: guess.password.slice(0, LONGEST_GUESS) });
  };
  oracle.onAnswer((judgement) => {
    busy = false;
    if (waiting === null) return hear(judgement);
    const next = waiting;
    waiting = null;
    ask(next);
  });
  return (guess: Guess): void => {
    if (busy) waiting = guess;
    else ask(guess);
  };
};
