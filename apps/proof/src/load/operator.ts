import type { Person } from './person.ts';
import type { Heard } from './service.ts';

/** An operator disables the account and enables it again, from a process that is no instance: nothing may come back. */
export const operate = async (person: Person): Promise<void> => {
  const { book } = person;
  for (const kind of ['disable', 'enable'] as const) {
    const invoked = performance.now();
    const isDone = await person.operate('accounts', kind, book.email);
    const heard: Heard = { outcome: { kind: 'none' }, invoked, returned: performance.now(), via: 'operator' };
    book.record(heard, { kind, result: isDone ? 'ok' : 'unknown' });
    if (kind === 'disable' && isDone)
      person.bury(person.openedBefore(invoked), heard.returned, 'portcullis accounts disable');
  }
};
