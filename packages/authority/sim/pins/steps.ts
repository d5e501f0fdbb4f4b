import type { Pin } from './collect.ts';

/** What counts as a step of a verb: the calls that lock, read and write, in their order, and what decides between them. */
export const VERB =
  /\b(?:revoking|write|lockAccount|isLive|findLink|spendLink|endSession|endAllSessions|openSession|isStillProven|isEndable)(?=[(<])|\b(?:ends|linksDie): (?:true|false)|\bkeepSessionId\b(?=[,:])|account\.(?:passwordHash|disabledAt) [!=]=?=? [\w.]+/;

/** The statement of the ORM that stands for no text: which row it locks, and how. */
const LOCK = /\{ id: accountId[^}]*\}|LockMode\.\w+/;

/** What begins a transaction, what is tried again, and the order of work, commit and rollback. */
const TRANSACTION =
  /IsolationLevel\.\w+(?= \})|new Set\(\[[^\]]*\]\)|tx\.(?:begin|commit|rollback)(?=\()|work\(tx\)/;

interface StepsPin extends Pin {
  pattern: RegExp;
}

export const stepPins: readonly StepsPin[] = [
  {
    file: 'apps/api/src/services/session/revoke.ts',
    fake: 'revokeOne and revokeMany in verbs.ts',
    pattern: VERB,
    texts: [
      'revoking',
      'isLive',
      'isEndable',
      'ends: false',
      'ends: true',
      'endSession',
      'keepSessionId',
      'revoking',
      'isLive',
      'ends: true',
      'endAllSessions',
      'keepSessionId',
      'linksDie: false',
    ],
  },
  {
    file: 'apps/api/src/services/account/reset-password.ts',
    fake: 'reset in verbs.ts',
    pattern: VERB,
    texts: [
      'revoking',
      'account.disabledAt == null',
      'findLink',
      'ends: true',
      'spendLink',
      'account.passwordHash = passwordHash',
      'endAllSessions',
      'linksDie: true',
    ],
  },
  {
    file: 'apps/api/src/services/account/change-password.ts',
    fake: 'changePassword in account-verbs.ts',
    pattern: VERB,
    texts: [
      'revoking',
      'isLive',
      'isStillProven',
      'ends: true',
      'endSession',
      'account.passwordHash = passwordHash',
      'endAllSessions',
      'linksDie: true',
      'openSession',
    ],
  },
  {
    file: 'apps/api/src/services/account/set-disabled.ts',
    fake: 'disable and enable in account-verbs.ts; an operator who ends all sessions is revokeMany without a caller',
    pattern: VERB,
    texts: [
      'revoking',
      'account.disabledAt != null',
      'ends: false',
      'ends: true',
      'account.disabledAt = at',
      'endAllSessions',
      'linksDie: true',
      'write',
      'lockAccount',
      'account.disabledAt == null',
      'account.disabledAt = null',
      'revoking',
      'ends: true',
      'endAllSessions',
      'linksDie: false',
    ],
  },
  {
    file: 'apps/api/src/services/session/sign-in.ts',
    fake: 'signIn and renewHash in verbs.ts; what it writes beside the session is not modelled',
    pattern: VERB,
    texts: ['account.disabledAt != null', 'write', 'openSession', 'write', 'write', 'lockAccount'],
  },
  {
    file: 'apps/api/src/services/account/password.ts',
    fake: 'the comparison under the lock, in changePassword in account-verbs.ts',
    pattern: /now\.\w+ [!=]== proven\.\w+|\|\||&&/,
    texts: ['now.passwordHash === proven.passwordHash', '||', 'now.epoch === proven.epoch'],
  },
  {
    file: 'apps/api/src/db/repository.ts',
    fake: 'lockAccount in postgres/verb-statements.ts',
    pattern: LOCK,
    texts: ['{ id: accountId, deletedAt: null }', 'LockMode.PESSIMISTIC_WRITE'],
  },
  {
    file: 'apps/api/src/db/transaction.ts',
    fake: 'UnitsOfWork in postgres/unit-of-work.ts',
    pattern: TRANSACTION,
    texts: [
      "new Set(['40001', '40P01', '55P03'])",
      'tx.begin',
      'IsolationLevel.READ_COMMITTED',
      'work(tx)',
      'tx.commit',
      'tx.rollback',
    ],
  },
];
