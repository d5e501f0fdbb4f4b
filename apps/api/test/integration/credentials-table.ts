import type { EndedBy } from '@portcullis/contracts/session';

/** What ends sessions of an account, and what lets it in again. Complete by its type: a new cause needs a row. */
export type Event = Exclude<EndedBy, 'expired'> | 'enabled';

/** Everything that comes out of an account and lets somebody in, or could. */
export const KINDS = [
  'another session',
  'the named session',
  "the caller's session",
  "another session's refresh secret",
  "the named session's refresh secret",
  "the caller's refresh secret",
  'a reset link',
  'a reset link asked for and not yet mailed',
  'a link that confirms a new address',
  'a new address asked for and not yet mailed',
  'the link that undoes a change of address',
  'the password of before',
  'a sign-in under way that proved that password',
  'a pending registration of the address',
  'a device that is known',
] as const;
export type Kind = (typeof KINDS)[number];

/** `waits`: refused for now, good again once the account is enabled. */
type Outcome = 'lives' | 'dies' | 'waits';

interface Row {
  others: 'end' | 'kept';
  named?: 'ends';
  caller: 'ends' | 'kept';
  links: 'die' | 'kept';
  undo?: 'dies' | 'waits';
  password?: 'dies' | 'waits';
  /** The address is free for somebody else afterwards. */
  address?: 'left';
}

/** The rows of the contract's table; "replaced" means for what the caller held before: it ends. */
const ROWS: Record<Event, Row> = {
  password_reset: { others: 'end', caller: 'ends', links: 'die', password: 'dies' },
  password_changed: { others: 'end', caller: 'ends', links: 'die', password: 'dies' },
  revoked_others: { others: 'end', caller: 'kept', links: 'kept' },
  revoked_all: { others: 'end', caller: 'ends', links: 'kept' },
  operator: { others: 'end', caller: 'ends', links: 'kept' },
  sign_out: { others: 'kept', caller: 'ends', links: 'kept' },
  revoked: { others: 'kept', named: 'ends', caller: 'kept', links: 'kept' },
  refresh_reuse: { others: 'kept', named: 'ends', caller: 'kept', links: 'kept' },
  reauthenticated: { others: 'kept', caller: 'ends', links: 'kept' },
  email_changed: { others: 'end', caller: 'kept', links: 'die', address: 'left' },
  email_restored: { others: 'end', caller: 'ends', links: 'die', password: 'dies', address: 'left' },
  account_disabled: { others: 'end', caller: 'ends', links: 'die', undo: 'waits', password: 'waits' },
  account_deleted: {
    others: 'end',
    caller: 'ends',
    links: 'die',
    undo: 'dies',
    password: 'dies',
    address: 'left',
  },
  // Disabled first: nothing of what that ended comes back.
  enabled: { others: 'end', caller: 'ends', links: 'die' },
};

const outcomes = (row: Row): Record<Kind, Outcome> => {
  const others: Outcome = row.others === 'end' ? 'dies' : 'lives';
  const named: Outcome = row.named === 'ends' ? 'dies' : others;
  const caller: Outcome = row.caller === 'ends' ? 'dies' : 'lives';
  const links: Outcome = row.links === 'die' ? 'dies' : 'lives';
  return {
    'another session': others,
    'the named session': named,
    "the caller's session": caller,
    "another session's refresh secret": others,
    "the named session's refresh secret": named,
    "the caller's refresh secret": caller,
    'a device that is known': links,
    'a reset link': links,
    'a reset link asked for and not yet mailed': links,
    'a link that confirms a new address': links,
    'a new address asked for and not yet mailed': links,
    'the link that undoes a change of address': row.undo ?? 'lives',
    'the password of before': row.password ?? 'lives',
    // It read the epoch of before: whatever steps the epoch ends it.
    'a sign-in under way that proved that password': others,
    'a pending registration of the address': row.address === 'left' ? 'lives' : 'dies',
  };
};

export interface Cell {
  event: Event;
  kind: Kind;
  outcome: Outcome;
}

/** Every cell of the table *credential kind × event → outcome*. */
export const cells: Cell[] = (Object.keys(ROWS) as Event[]).flatMap((event) =>
  KINDS.map((kind) => ({ event, kind, outcome: outcomes(ROWS[event])[kind] })),
);
