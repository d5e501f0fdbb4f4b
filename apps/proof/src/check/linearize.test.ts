import { describe, expect, it } from 'vitest';
import type { Action } from '../history/operation.ts';
import { createWriter, minted, resetTo, signedIn, verified } from '../history/writing.fixture.ts';
import { linearize } from './linearize.ts';

type Written = [invoked: number, returned: number, action: Action];

const verdictOf = (...written: Written[]) => {
  const { operations, at } = createWriter();
  for (const [invoked, returned, action] of written) at(invoked, returned, action);
  return linearize(operations).kind;
};

const resetUnknown: Action = { kind: 'reset', link: 0, password: 1, result: 'unknown' };
const refusedSignIn = (password: number): Action => ({ kind: 'sign_in', password, result: 'refused' });
const others = (session: number, ended: number): Action => ({
  kind: 'revoke_others',
  session,
  result: 'ok',
  ended,
});

describe('what the specification allows', () => {
  it('accepts a session until the reset began, refuses it after it returned, and either in between', () => {
    const until: Written[] = [
      [1, 2, signedIn(0)],
      [3, 4, minted(0)],
      [10, 20, resetTo(1, 0)],
      [21, 22, verified(0, 'refused')],
    ];
    expect(verdictOf(...until, [5, 6, verified(0, 'ok')], [11, 12, verified(0, 'ok')])).toBe('linearizable');
    expect(verdictOf(...until, [11, 12, verified(0, 'refused')])).toBe('linearizable');
  });

  it('leaves an unknown outcome open: it may take effect at any later time, or never', () => {
    const until: Written[] = [
      [1, 2, signedIn(0)],
      [3, 4, minted(0)],
      [5, 6, resetUnknown],
    ];
    expect(verdictOf(...until, [50, 51, verified(0, 'ok')])).toBe('linearizable');
    expect(verdictOf(...until, [50, 51, verified(0, 'ok')], [60, 61, verified(0, 'refused')])).toBe(
      'linearizable',
    );
    expect(verdictOf(...until, [7, 8, verified(0, 'refused')], [60, 61, signedIn(1, 1)])).toBe(
      'linearizable',
    );
  });

  it('lets a right password fail only while the epoch may have moved', () => {
    const until: Written[] = [
      [1, 2, signedIn(0)],
      [10, 20, others(0, 0)],
    ];
    expect(verdictOf(...until, [11, 12, refusedSignIn(0)])).toBe('linearizable');
    expect(verdictOf(...until, [21, 22, refusedSignIn(0)])).toBe('violation');
  });

  it('lets a sign-in that ran beside the end of the others be ended by it, though it may have counted another', () => {
    const until: Written[] = [
      [1, 2, signedIn(0)],
      [10, 30, others(0, 1)],
      [11, 20, signedIn(1)],
    ];
    expect(verdictOf(...until, [31, 32, verified(1, 'refused')])).toBe('linearizable');
    expect(verdictOf(...until, [31, 32, verified(1, 'ok')])).toBe('linearizable');
  });

  it('takes a late refresh for a theft only when it was late enough', () => {
    const refused = (mayEnd: boolean): Action => ({ kind: 'refresh', session: 0, result: 'refused', mayEnd });
    expect(verdictOf([1, 2, signedIn(0)], [3, 4, refused(true)], [5, 6, verified(0, 'refused')])).toBe(
      'linearizable',
    );
    expect(verdictOf([1, 2, signedIn(0)], [3, 4, refused(true)], [5, 6, verified(0, 'ok')])).toBe(
      'violation',
    );
    expect(verdictOf([1, 2, signedIn(0)], [3, 4, refused(false)])).toBe('violation');
  });
});

describe('planted violations are found', () => {
  const reset: Written[] = [
    [1, 2, signedIn(0)],
    [3, 4, minted(0)],
    [10, 20, resetTo(1, 0)],
  ];

  it('G1: a session is accepted after the reset that ended it returned', () => {
    expect(verdictOf(...reset, [21, 22, verified(0, 'ok')])).toBe('violation');
  });

  it('G1: revoking others leaves one of them alive', () => {
    const until: Written[] = [
      [1, 2, signedIn(0)],
      [1, 2, signedIn(1)],
      [10, 20, others(0, 1)],
    ];
    expect(verdictOf(...until, [21, 22, verified(0, 'ok')])).toBe('linearizable');
    expect(verdictOf(...until, [21, 22, verified(1, 'ok')])).toBe('violation');
  });

  it('G2: accepted after it was refused, although the reset was never answered', () => {
    const until: Written[] = [
      [1, 2, signedIn(0)],
      [3, 4, minted(0)],
      [5, 6, resetUnknown],
    ];
    expect(verdictOf(...until, [10, 11, verified(0, 'refused')], [12, 13, verified(0, 'ok')])).toBe(
      'violation',
    );
  });

  it('G2: accepted and refused while the reset is still running, in the wrong order', () => {
    expect(verdictOf(...reset, [11, 12, verified(0, 'refused')], [13, 14, verified(0, 'ok')])).toBe(
      'violation',
    );
  });

  it('G3: the sessions end and the password stays', () => {
    expect(verdictOf(...reset, [21, 22, signedIn(1, 0)])).toBe('violation');
  });

  it('G3: the password changes and fewer sessions end than were known', () => {
    const until: Written[] = [
      [1, 2, signedIn(0)],
      [1, 2, signedIn(1)],
      [3, 4, minted(0)],
    ];
    expect(verdictOf(...until, [10, 20, resetTo(1, 0, 1)])).toBe('violation');
  });

  it('G4: a sign-in with the old password yields a session that outlives the reset', () => {
    const until: Written[] = [
      [3, 4, minted(0)],
      [10, 20, resetTo(1, 0, 1)],
      [9, 30, signedIn(0, 0)],
    ];
    expect(verdictOf(...until, [31, 32, verified(0, 'refused')])).toBe('linearizable');
    expect(verdictOf(...until, [31, 32, verified(0, 'ok')])).toBe('violation');
  });

  it('G5: the new password does not sign in, or the old one still does', () => {
    expect(verdictOf(...reset, [21, 22, refusedSignIn(1)])).toBe('violation');
    expect(verdictOf(...reset, [21, 22, refusedSignIn(0)])).toBe('linearizable');
    expect(verdictOf(...reset, [21, 22, signedIn(1, 0)])).toBe('violation');
  });

  it('G5: a session just opened is refused', () => {
    expect(verdictOf([1, 2, signedIn(0)], [3, 4, verified(0, 'refused')])).toBe('violation');
  });

  it('G6: one link resets twice', () => {
    expect(verdictOf(...reset, [12, 22, resetTo(2, 0, 0)])).toBe('violation');
  });

  it('G6: a link outlives the use of its sibling', () => {
    expect(verdictOf([1, 2, minted(1)], ...reset, [21, 22, resetTo(2, 1, 0)])).toBe('violation');
  });

  it('G8: a session is accepted that no sign-in opened under the present password', () => {
    expect(verdictOf([1, 2, { kind: 'disable', result: 'ok' }], [3, 4, signedIn(0)])).toBe('violation');
  });

  it('G11: a session is refused that nobody ended', () => {
    const outage: Action = { kind: 'refresh', session: 0, result: 'refused', mayEnd: false };
    expect(verdictOf([1, 2, signedIn(0)], [3, 4, outage], [5, 6, verified(0, 'ok')])).toBe('violation');
  });

  it('names what could not be placed', () => {
    const { operations, at } = createWriter();
    for (const written of reset) at(...written);
    at(21, 22, verified(0, 'ok'));
    expect(linearize(operations)).toMatchObject({ kind: 'violation', placed: 3, stuck: [{ id: 3 }] });
  });
});

it('a search that grows too large is undecided, not a verdict', () => {
  const { operations, at } = createWriter();
  for (let link = 0; link < 6; link += 1) at(1, 2, minted(link));
  for (let link = 0; link < 6; link += 1)
    at(3, 100, { kind: 'reset', link, password: link + 1, result: 'unknown' });
  at(200, 201, signedIn(0, 99));
  expect(linearize(operations, 3).kind).toBe('undecided');
  expect(linearize(operations).kind).toBe('violation');
});
