import { RevocationFeedEntity } from './entities/record.ts';
import type { Tx } from './transaction.ts';

/** What the feed row that this unit of work wrote says ended the sessions; null when it wrote none. For metrics. */
export const causeOfRevocation = (tx: Tx): string | null => {
  const store = tx
    .getUnitOfWork()
    .getIdentityMap()
    .getStore<{ cause: string }>(tx.getMetadata().get(RevocationFeedEntity as never) as never);
  const [row] = store.values();
  return row?.cause ?? null;
};
