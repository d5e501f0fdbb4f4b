import { hash } from 'node:crypto';
import type { Operation } from '../check/history.ts';
import type { World } from '../world.ts';

/**
 * Everything that what happens next can depend on, in one short text. Two runs with the same one go on alike, so the
 * second of them need not go on. A process is deterministic: what it was told, in that order, stands for its state.
 */
export const fingerprint = (world: World): string => {
  const { database, scheduler, redis, instances, history } = world;
  const { server } = database;
  const parts = [
    JSON.stringify([...server.committed].sort(([a], [b]) => (a < b ? -1 : 1))),
    `${server.timeline}`,
    [...server.running()]
      .map(({ writes, isAborted }) => JSON.stringify([[...writes], isAborted]))
      .sort()
      .join(),
    server.locks
      .entries()
      .map(({ key, mode, owner }) => `${key} ${mode} ${JSON.stringify([...owner.writes.keys()])}`)
      .sort()
      .join(),
    redis.map(({ keys, replid, isPrimary }) => JSON.stringify([replid, isPrimary, keysOf(keys)])).join(),
    scheduler
      .pending()
      .map(({ label }) => label)
      .sort()
      .join('\n'),
    instances
      .map(({ name, process, target }) =>
        [name, process.memory, process.isAlive, process.isPaused, target.isCut].join(),
      )
      .join(),
    history.operations
      .map((one) => past(one, history.operations))
      .sort()
      .join('\n'),
  ];
  return hash('md5', parts.join('\u0000'), 'base64');
};

const keysOf = (keys: World['redis'][number]['keys']) =>
  [...keys].map(([name, { fields, expiresAtMs }]) => [
    name,
    [...fields].sort(([a], [b]) => (a < b ? -1 : 1)),
    expiresAtMs === null,
  ]);

const nameOf = ({ by, input }: Operation) => `${by} ${Object.values(input).join(' ')}`;

/** How it ended, or what had ended when it began: all that G1, G2 and G6 will ask of it. */
const past = (operation: Operation, all: readonly Operation[]): string => {
  if (operation.returned !== null) return `${nameOf(operation)} → ${JSON.stringify(operation.outcome)}`;
  const before = all.filter(({ returned }) => returned !== null && returned < operation.invoked).map(nameOf);
  return `${nameOf(operation)} after ${before.sort().join()} ${operation.excused}`;
};
