import { expect, it } from 'vitest';
import { createBook } from '../load/book.ts';
import { createWriter, minted, resetTo, signedIn, verified } from '../history/writing.fixture.ts';
import { createJudge, differentSuccessors } from './judge.ts';
import { shrink } from './shrink.ts';

it('a refresh secret with two successors is a violation, presented ever so often with one is none (G11)', () => {
  const renewal = (given: string) => ({ session: 0, presented: 'a', given });
  const of = (...given: string[]) => differentSuccessors({ accountId: 'x', renewals: given.map(renewal) });
  expect(of('a', 'b', 'a', 'b')).toEqual([]);
  expect(of('b', 'c')).toHaveLength(1);
});

it('counts operations by kind and result, and keeps what it could not explain', () => {
  const judge = createJudge();
  const book = createBook('account', 'ada@example.test', 'secret');
  const heard = (at: number) => ({
    ...{ outcome: { kind: 'none' as const }, invoked: at, returned: at + 1, via: 'api-0' },
  });
  book.record(heard(1), signedIn(0));
  book.record(heard(3), verified(0, 'refused'));
  book.record(heard(5), { kind: 'sign_out', session: 0, result: 'unknown' });
  judge.take(book);
  expect(judge.judgement).toMatchObject({ accounts: 1, operations: 3, unknowns: 1, undecided: 0 });
  expect(judge.judgement.kinds).toEqual({ 'sign_in ok': 1, 'verify refused': 1, 'sign_out unknown': 1 });
  expect(judge.judgement.violations).toHaveLength(1);
});

it('shrinks a violation to what it rests on', () => {
  const { operations, at } = createWriter();
  at(1, 2, signedIn(0));
  for (let turn = 0; turn < 10; turn += 1) at(3 + turn, 3.5 + turn, verified(0, 'ok'));
  at(15, 16, minted(0));
  at(20, 21, resetTo(1, 0));
  at(22, 23, verified(0, 'ok'));
  for (let turn = 0; turn < 10; turn += 1) at(30 + turn, 30.5 + turn, verified(0, 'refused'));
  const left = shrink(operations).map(({ action }) => `${action.kind} ${action.result}`);
  expect(left).toEqual(['sign_in ok', 'mint ok', 'reset ok', 'verify ok']);
});
