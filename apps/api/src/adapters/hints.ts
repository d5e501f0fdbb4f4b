import type { RedisConnection } from '@portcullis/authority/redis/connection';
import type { Hints } from '../ports.ts';

const CHANNEL = 'pc:hints';
const LONGEST_ID = 64;

type HintListener = (accountId: string) => void;

/** Hints between the instances. A lost one costs a delay: open streams also check by themselves (P10). */
export interface HintBus extends Hints {
  /** @returns ends the subscription */
  subscribe(listener: HintListener): () => void;
  close(): void;
}

/**
 * @param redis Publishes; null: only this process hears of it.
 * @param connect Makes the second connection, which only listens; called once.
 */
export const createHints = (redis: RedisConnection | null, connect: () => RedisConnection): HintBus => {
  const listeners = new Set<HintListener>();
  const tell = (accountId: string) => {
    for (const listener of listeners) listener(accountId);
  };
  const ears = redis === null ? null : connect();
  // Subscribed anew by the client itself after every reconnect.
  ears?.on('ready', () => {
    if (!ears.isPubSubActive)
      void ears
        .subscribe(CHANNEL, (message) => message.length <= LONGEST_ID && tell(message))
        .catch(() => undefined);
  });
  return {
    publish: (accountId) => {
      // Here at once and without Redis; a stream that is told twice checks twice.
      tell(accountId);
      redis?.publish(CHANNEL, accountId).catch(() => undefined);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => {
      listeners.clear();
      ears?.destroy();
    },
  };
};
