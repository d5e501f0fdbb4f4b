import { expect, it } from 'vitest';
import { createJudge, type Guess, type Judgement, LONGEST_GUESS } from './judge.ts';

const scene = () => {
  const asked: Guess[] = [];
  const heard: Judgement[] = [];
  let answer: (judgement: Judgement) => void = () => {};
  const judge = createJudge(
    {
      ask: (guess) => asked.push(guess),
      onAnswer: (hear) => {
        answer = hear;
      },
    },
    (judgement) => heard.push(judgement),
  );
  return { judge: (password: string) => judge({ password, known: [] }), asked, heard, answer: () => answer };
};

it('a slow answer about an old entry is never shown for the new one', () => {
  const { judge, asked, heard, answer } = scene();
  judge('a');
  judge('ab');
  judge('abc');
  expect(asked.map(({ password }) => password)).toEqual(['a']);
  answer()({ score: 0 });
  expect(heard).toEqual([]);
  expect(asked.map(({ password }) => password)).toEqual(['a', 'abc']);
  answer()({ score: 3 });
  expect(heard).toEqual([{ score: 3 }]);
});

it('only the first 64 characters are guessed at', () => {
  const { judge, asked } = scene();
  judge('x'.repeat(250));
  expect(asked[0]?.password).toHaveLength(LONGEST_GUESS);
});
