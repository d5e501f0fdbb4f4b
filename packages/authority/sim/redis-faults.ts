import { type Fault, later, running, some } from './fault.ts';
import { GENERATION, type GenerationRow } from './postgres/rows.ts';
import type { RedisServer } from './redis/server.ts';
import { keyOf } from './redis/session-index.ts';
import type { World } from './world.ts';

/** What can go wrong with Redis, its replica and the lines to them. */

export const restartRedis =
  (from: 'nothing' | 'dump'): Fault =>
  (world) => {
    const server = world.chance.of(world.redis);
    server.restart(from);
    return server.name;
  };

export const stopRedis: Fault = (world) => {
  const server = world.primary();
  if (!server.isUp) return null;
  server.stop();
  later(world, `${server.name} starts again`, () =>
    server.restart(world.chance.flip(0.5) ? 'dump' : 'nothing'),
  );
  return server.name;
};

export const saveDump = (server: RedisServer) => server.save();

/** A goes on as primary while B holds an older copy of it; then A follows B, and is made primary again. */
export const demote: Fault = (world) => {
  if (world.options.isCluster) return null;
  const [first, second] = world.redis;
  if (first === undefined || second === undefined) return null;
  second.holdCopyOf(first);
  later(world, `${second.name} is promoted beside ${first.name}`, () => {
    second.promote();
    later(world, `${first.name} follows ${second.name}`, () => {
      first.follow(second);
      later(world, `${first.name} is promoted again`, () => first.promote(), 0.3);
    });
  });
  return `${second.name} holds a copy of ${first.name} that grows old`;
};

/** The replica takes over with what it has; some instances go on with the old primary until they are told. */
export const promoteReplica: Fault = (world) => {
  if (world.options.isCluster) return null;
  const [first, second] = world.redis;
  if (first === undefined || second === undefined) return null;
  second.holdCopyOf(first);
  later(world, `${second.name} is promoted`, () => {
    second.promote();
    for (const { name, target } of world.instances) {
      const follow = () => target.pointAt(second);
      if (world.chance.flip(0.5)) follow();
      else later(world, `${name} learns of the fail-over`, follow);
    }
  });
  return `${second.name} holds a copy of ${first.name} that grows old`;
};

export const anotherRedis: Fault = (world) => {
  if (world.options.isCluster) return null;
  const instance = some(world, world.alive());
  const server = world.redis[1];
  if (instance === null || server === undefined) return null;
  instance.target.pointAt(server);
  return `${instance.name} is pointed at ${server.name}`;
};

/** The operator moves everybody to another Redis, and later back to the first, which never stopped. */
export const moveAndBack: Fault = (world) => {
  if (world.options.isCluster) return null;
  const [first, second] = world.redis;
  if (first === undefined || second === undefined) return null;
  const pointAll = (server: RedisServer) => {
    for (const { target } of world.instances) target.pointAt(server);
  };
  pointAll(second);
  later(world, `everybody is pointed at ${first.name} again`, () => pointAll(first), 0.01);
  return `everybody is pointed at ${second.name}`;
};

export const cutRedis: Fault = (world) => {
  const instance = some(
    world,
    world.alive().filter(({ target }) => !target.isCut),
  );
  if (instance === null) return null;
  instance.target.isCut = true;
  instance.index.reset();
  later(world, `${instance.name} reaches Redis again`, () => void (instance.target.isCut = false));
  return instance.name;
};

export const resetRedis: Fault = (world) => {
  const instance = some(world, running(world));
  instance?.index.reset();
  return instance && instance.name;
};

/** Everything between one instance and Redis is stuck, and given up there; it arrives when it likes, in any order. */
export const stallRedis: Fault = (world) => {
  const instance = some(world, running(world));
  if (instance === null) return null;
  for (const action of world.scheduler.pending())
    if (action.label.startsWith(`${instance.name} redis`)) action.weight *= 0.02;
  if (world.chance.flip(0.7)) instance.index.reset();
  return instance.name;
};

export const evict: Fault = (world) => {
  const found = world.redis.flatMap((server) => [...server.keys.keys()].map((key) => ({ server, key })));
  const one = some(world, found);
  one?.server.evict(one.key);
  return one && `${one.server.name} ${one.key}`;
};

const other = (world: World, server: RedisServer): RedisServer =>
  world.redis.find((one) => one !== server) ?? server;

const keysOf = (world: World, accountId: string): string => {
  const row = world.database.server.committed.get(GENERATION) as GenerationRow | undefined;
  return keyOf(row?.name ?? '', accountId);
};

/** MIGRATE moves the key and the slot; a key that the target still holds from before is replaced only by another. */
export const moveSlot: Fault = (world) => {
  if (!world.options.isCluster) return null;
  const [accountId, from] = world.chance.of([...world.slots]);
  const name = keysOf(world, accountId);
  const key = from.keys.get(name);
  const to = other(world, from);
  // A copy that goes away and comes home is decisive again: a known limit of `o` in clusters (README.md).
  if (world.copiesOf.get(accountId) === to) return null;
  if (key !== undefined) to.keys.set(name, key);
  from.keys.delete(name);
  world.slots.set(accountId, to);
  return `${accountId} to ${to.name}`;
};

/** A migration that failed between its two halves: the target has a copy, the source goes on. */
export const leaveCopy: Fault = (world) => {
  if (!world.options.isCluster) return null;
  const [accountId, from] = world.chance.of([...world.slots]);
  const name = keysOf(world, accountId);
  const key = from.keys.get(name);
  if (key === undefined || world.copiesOf.has(accountId)) return null;
  // Filled there, moved here unread, and copied back: the same limit.
  if (key.fields.get('o') === other(world, from).replid) return null;
  other(world, from).keys.set(name, { fields: new Map(key.fields), expiresAtMs: key.expiresAtMs });
  world.copiesOf.set(accountId, from);
  // Most telling once the source has nothing left to overwrite the copy with.
  world.scheduler.add(`the slot of ${accountId} moves after all`, () => void moveSlot(world), {
    weight: 0.3,
    isReady: () => !from.keys.has(name),
  });
  return `${accountId} on ${other(world, from).name}`;
};
