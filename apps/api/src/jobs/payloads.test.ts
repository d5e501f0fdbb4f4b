import { expect, test } from 'vitest';
import type { MailJob } from '../domain/mail-job.ts';
import { parseCleanUpJob, parseMailJob, PoisonPayload } from './payloads.ts';

const id = '01890a5d-ac96-774b-bcce-b302099a8057';
const address = 'ada@example.test';

const JOBS: Record<MailJob['kind'], MailJob> = {
  sign_up: { kind: 'sign_up', noticeId: id, registrationId: null },
  reset_password: { kind: 'reset_password', noticeId: id, accountId: id, linkEpoch: 0 },
  change_email: { kind: 'change_email', noticeId: id, accountId: id, linkEpoch: 3, newEmail: address },
  email_changed: { kind: 'email_changed', noticeId: id, accountId: id, oldEmail: address },
  email_restored: { kind: 'email_restored', noticeId: id, accountId: id },
  password_reset: { kind: 'password_reset', noticeId: id, accountId: id, at: '2026-03-04T05:06:07.089Z' },
  password_changed: { kind: 'password_changed', noticeId: id, accountId: id, at: '2026-03-04T05:06:07Z' },
  sign_ins_refused: { kind: 'sign_ins_refused', noticeId: id, accountId: null },
  session_reused: { kind: 'session_reused', noticeId: id, accountId: id, at: '2026-03-04T05:06:07Z' },
  sessions_ended: { kind: 'sessions_ended', noticeId: id, accountId: id, at: '2026-03-04T05:06:07Z' },
  account_disabled: { kind: 'account_disabled', noticeId: id, accountId: id, at: '2026-03-04T05:06:07Z' },
  account_enabled: { kind: 'account_enabled', noticeId: id, accountId: id, at: '2026-03-04T05:06:07Z' },
  account_deleted: { kind: 'account_deleted', noticeId: id, to: address },
};

test.each(Object.values(JOBS))('$kind is understood as it was written', (job) => {
  expect(parseMailJob(JSON.parse(JSON.stringify(job)))).toEqual(job);
});

test.each(Object.values(JOBS))('$kind without one of its fields, or with one more, is refused', (job) => {
  for (const name of Object.keys(job)) {
    const { [name as never]: _, ...rest } = job;
    expect(() => parseMailJob(rest)).toThrow(PoisonPayload);
  }
  // A field that carries a secret would be such a one.
  expect(() => parseMailJob({ ...job, token: 'x' })).toThrow(PoisonPayload);
});

test('a refusal names fields and codes, never what was in them', () => {
  const poison = { kind: 'account_deleted', noticeId: address, to: 7, [address]: address };
  const refused = (() => {
    try {
      parseMailJob(poison);
      return '';
    } catch (error) {
      return error instanceof Error ? error.message : '';
    }
  })();
  expect(refused).toMatch(/^the payload is not understood \(noticeId: \w+, to: \w+/);
  expect(refused).not.toContain(address);
});

test('the clean-up takes no input but its tick', () => {
  for (const payload of [null, undefined, {}, { _cron: { ts: '2026-03-04T05:10:00Z', backfilled: false } }])
    expect(() => parseCleanUpJob(payload)).not.toThrow();
  for (const payload of [7, 'x', [], { _cron: 1 }, { other: 1 }])
    expect(() => parseCleanUpJob(payload)).toThrow(PoisonPayload);
});
