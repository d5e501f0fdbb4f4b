import { describe, expect, it } from 'vitest';
import { check } from './checker.ts';
import { History, type Input, type Operation, type Outcome } from './history.ts';

const initial = new Map([
  ['a', { password: 'p0', live: new Set(['s1', 's2']), links: new Set(['l']), isDisabled: false }],
]);

/** A history by hand: operations begin and end in the order in which this is called. */
const story = () => {
  const history = new History();
  const begin = (input: Input) => history.invoke('a', 'c', input);
  const end = (operation: Operation, outcome: Outcome) => history.return(operation, outcome);
  const did = (input: Input, outcome: Outcome) => end(begin(input), outcome);
  return {
    history,
    begin,
    end,
    did,
    verdict: () => check(history, initial).map(({ guarantee }) => guarantee),
  };
};

const live: Outcome = { kind: 'live', source: 'index' };
const dead: Outcome = { kind: 'dead' };
const done: Outcome = { kind: 'done' };
const verify = (sessionId: string): Input => ({ kind: 'verify', sessionId });
const reset = (password: string): Input => ({ kind: 'reset', linkId: 'l', password });
const signIn = (password: string): Input => ({ kind: 'sign in', password });

describe('the checker', () => {
  it('G1: an accept that began after success is a violation; one that began before is none', () => {
    const late = story();
    late.did(reset('p1'), done);
    late.did(verify('s1'), live);
    expect(late.verdict()).toEqual(['G1']);
    const early = story();
    const overlapping = early.begin(verify('s1'));
    early.did(reset('p1'), done);
    early.end(overlapping, live);
    expect(early.verdict()).toEqual([]);
  });

  it('G1: the session that "revoke others" keeps goes on, the others do not', () => {
    const kept = story();
    kept.did({ kind: 'revoke others', callerId: 's1' }, done);
    kept.did(verify('s1'), live);
    kept.did(verify('s2'), dead);
    expect(kept.verdict()).toEqual([]);
    kept.did(verify('s2'), live);
    expect(kept.verdict()).toEqual(['G1']);
  });

  it('G2: a reject and a later accept are a violation, though nobody was told of success', () => {
    const it = story();
    it.begin(reset('p1'));
    it.did(verify('s1'), dead);
    it.did(verify('s1'), live);
    expect(it.verdict()).toEqual(['G2']);
  });

  it('G2: the loss of a fence mid-write excuses an accept, but never one after success', () => {
    const it = story();
    const open = it.begin(reset('p1'));
    it.history.unguard('a', 'n');
    it.did(verify('s1'), dead);
    it.did(verify('s1'), live);
    expect(it.verdict()).toEqual([]);
    it.end(open, done);
    it.did(verify('s1'), live);
    expect(it.verdict()).toEqual(['G1']);
  });

  it('G1, G2: who found nothing to end has ended nothing, and may meet the same exception', () => {
    const revoke: Input = { kind: 'revoke one', callerId: 's2', sessionId: 's1' };
    const lost = story();
    lost.begin(reset('p1'));
    lost.history.unguard('a', 'n');
    lost.did(revoke, { kind: 'done', endedNone: true });
    lost.did(verify('s1'), live);
    expect(lost.verdict()).toEqual([]);
    const guarded = story();
    guarded.begin(reset('p1'));
    guarded.did(revoke, { kind: 'done', endedNone: true });
    guarded.did(verify('s1'), live);
    expect(guarded.verdict()).toEqual(['G1']);
    const ended = story();
    ended.history.unguard('a', 'n');
    ended.did(revoke, done);
    ended.did(verify('s1'), live);
    expect(ended.verdict()).toEqual(['G1']);
  });

  it('G4, G10: a session opened with the old password after the reset is a violation', () => {
    const it = story();
    it.did(reset('p1'), done);
    it.did(signIn('p0'), { kind: 'done', sessionId: 'new' });
    expect(it.verdict()).toEqual(['G1–G10']);
  });

  it('G5: the new password has to work at once, and a session just opened, too', () => {
    const it = story();
    it.did(reset('p1'), done);
    it.did(signIn('p1'), { kind: 'done', sessionId: 'new' });
    it.did(verify('new'), live);
    expect(it.verdict()).toEqual([]);
    it.did(verify('new'), dead);
    expect(it.verdict()).toEqual(['G1–G10']);
    const refused = story();
    refused.did(reset('p1'), done);
    refused.did(signIn('p1'), { kind: 'refused' });
    expect(refused.verdict()).toEqual(['G1–G10']);
  });

  it('G5: "credentials changed" without a change is a violation', () => {
    const it = story();
    it.did(signIn('p0'), { kind: 'overtaken' });
    expect(it.verdict()).toEqual(['G5']);
    const beside = story();
    const signingIn = beside.begin(signIn('p0'));
    beside.did({ kind: 'revoke all', callerId: 's1' }, done);
    beside.end(signingIn, { kind: 'overtaken' });
    expect(beside.verdict()).toEqual([]);
  });

  it('G1, G2: nothing that was over before an account was disabled is live again once it is enabled', () => {
    const it = story();
    it.did({ kind: 'disable' }, done);
    it.did({ kind: 'enable' }, done);
    it.did(verify('s1'), dead);
    it.did(signIn('p0'), { kind: 'done', sessionId: 'new' });
    it.did(verify('new'), live);
    expect(it.verdict()).toEqual([]);
    it.did(verify('s1'), live);
    expect(it.verdict()).toEqual(['G1']);
  });

  it('G4: a disabled account signs nobody in, and says so to the right password alone', () => {
    const told = story();
    told.did({ kind: 'disable' }, done);
    told.did(signIn('p0'), { kind: 'disabled' });
    told.did(signIn('p1'), { kind: 'refused' });
    expect(told.verdict()).toEqual([]);
    told.did(signIn('p0'), { kind: 'done', sessionId: 'new' });
    expect(told.verdict()).toEqual(['G1–G10']);
    const enabled = story();
    enabled.did(signIn('p0'), { kind: 'disabled' });
    expect(enabled.verdict()).toEqual(['G1–G10']);
  });

  it('an operation that did nothing when it began may do something before it ends', () => {
    const it = story();
    const enabling = it.begin({ kind: 'enable' });
    it.did({ kind: 'disable' }, done);
    it.end(enabling, done);
    it.did(signIn('p0'), { kind: 'done', sessionId: 'new' });
    expect(it.verdict()).toEqual([]);
    const late = story();
    late.did({ kind: 'enable' }, done);
    late.did({ kind: 'disable' }, done);
    late.did(signIn('p0'), { kind: 'done', sessionId: 'new' });
    expect(late.verdict()).toEqual(['G1–G10']);
  });

  it('G1, G5: a change of the password ends every session but the one that it opens', () => {
    const change: Input = { kind: 'change password', callerId: 's1', password: 'p0', renewed: 'p1' };
    const it = story();
    it.did(change, { kind: 'done', sessionId: 'new' });
    it.did(verify('new'), live);
    it.did(verify('s2'), dead);
    it.did(signIn('p0'), { kind: 'refused' });
    it.did({ ...change, callerId: 'new', password: 'p0' }, { kind: 'refused' });
    it.did(change, { kind: 'refused' });
    it.did({ ...change, password: 'p1' }, dead);
    expect(it.verdict()).toEqual([]);
    it.did(verify('s1'), live);
    expect(it.verdict()).toEqual(['G1']);
    const wrong = story();
    wrong.did({ ...change, password: 'wrong' }, { kind: 'done', sessionId: 'new' });
    expect(wrong.verdict()).toEqual(['G1–G10']);
  });

  it('G6: one link for two resets is a violation', () => {
    const it = story();
    it.did(reset('p1'), done);
    it.did(reset('p2'), done);
    expect(it.verdict()).toEqual(['G6']);
  });

  it('G8: an error that nobody may see is a violation', () => {
    const it = story();
    it.did(verify('s1'), { kind: 'crashed', error: 'x' });
    expect(it.verdict()).toEqual(['G8']);
  });

  it('an unknown outcome may have happened, may happen later, or never', () => {
    for (const after of [live, dead]) {
      const it = story();
      it.did(reset('p1'), { kind: 'unknown' });
      it.did(verify('s1'), live);
      it.did(verify('s2'), after);
      expect(it.verdict()).toEqual([]);
    }
  });

  it('"unavailable" for certain did nothing', () => {
    const it = story();
    it.did(reset('p1'), { kind: 'unavailable' });
    it.did(verify('s1'), dead);
    expect(it.verdict()).toEqual(['G1–G10']);
  });

  it('what a fail-over took back is judged until then, and not after it', () => {
    const it = story();
    it.did(reset('p1'), done);
    it.history.rollBack('a');
    it.did(verify('s1'), live);
    expect(it.verdict()).toEqual([]);
  });
});
