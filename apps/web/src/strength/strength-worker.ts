import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary as common } from '@zxcvbn-ts/language-common';
import firstNames from '@zxcvbn-ts/language-en/dist/firstnames.json.mjs';
import frequentWords from '@zxcvbn-ts/language-en/dist/wikipedia.json.mjs';
import type { Guess, Judgement } from './judge.ts';

/*
 * Guesses at a password as an attacker would. It may take a second for a long, repetitive one: that is why it runs here
 * and not on the page, and why the service never does it.
 */
const zxcvbn = new ZxcvbnFactory({
  dictionary: { ...common, frequentWords, firstNames },
  graphs: adjacencyGraphs,
});

const scope = self as unknown as {
  onmessage: (event: MessageEvent<Guess>) => void;
  postMessage: (answer: Judgement) => void;
};

scope.onmessage = ({ data: { password, known } }) => {
  const { score } = zxcvbn.check(password, known);
  scope.postMessage({ score });
};
