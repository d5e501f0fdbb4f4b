import type { Instance } from './instance.ts';
import type { RedisServer } from './redis/server.ts';
import type { FaultKind } from './settings.ts';
import { keyOf } from './redis/session-index.ts';
import { GENERATION, type GenerationRow } from './postgres/rows.ts';
import { SimLeaseStore } from './postgres/stores.ts';
import { removeDeadLeases } from './postgres/protocol-statements.ts';
import type { World } from './world.ts';

/** What can go wrong. Each returns a line for the trace, or null when there is nothing to hit now. */
type Fault = (world: World) => string | null;

const some = <T>(world: World, items: readonly T[]): T | null =>
  items.length === 0 ? null : world.chance.of(items);

const running = (world: World): Instance[] =>
  world.alive().filter(({ process }) => !process.isPaused && !world.database.cutOff.has(process));

/** Makes it happen later, whenever the scheduler likes. */
const later = (world: World, label: string, run: () => void, weight = 0.03): void =>
  void world.scheduler.add(label, run, { weight });

const busy = (world: World, onlyCommits: boolean) =>
  [...world.database.connections].filter((one) => (onlyCommits ? one.isCommitting() : one.isInUse()));

const loseConnection =
  (onlyCommits: boolean): Fault =>
  (world) => {
    const one = some(world, busy(world, onlyCommits));
    if (one === null) return null;
    const arrives = world.chance.flip(0.7);
    one.lose(arrives);
    return `${one.label}; what was sent ${arrives ? 'arrives' : 'is lost'}`;
  };

const restartPostgres: Fault = (world) => {
  world.database.restart((server) => server.crash());
  if (world.chance.flip(0.4)) {
    world.database.server.isUp = false;
    later(world, 'Postgres is up again', () => void (world.database.server.isUp = true));
  }
  return '';
};

const failOver =
  (most: number, forgets: boolean): Fault =>
  (world) => {
    if (forgets && world.database.server.timeline === 1) return null;
    const lost = most === 0 ? 0 : 1 + world.chance.below(world.chance.flip(0.5) ? 4 : most);
    world.database.restart((server) => server.failOver(lost, forgets));
    return `${lost} commits lost, timeline ${world.database.server.timeline}`;
  };

const restartRedis =
  (from: 'nothing' | 'dump'): Fault =>
  (world) => {
    const server = world.chance.of(world.redis);
    server.restart(from);
    return server.name;
  };

const stopRedis: Fault = (world) => {
  const server = world.primary();
  if (!server.isUp) return null;
  server.stop();
  later(world, `${server.name} starts again`, () =>
    server.restart(world.chance.flip(0.5) ? 'dump' : 'nothing'),
  );
  return server.name;
};

const saveDump = (server: RedisServer) => server.save();

/** A goes on as primary while B holds an older copy of it; then A follows B, and is made primary again. */
const demote: Fault = (world) => {
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
const promoteReplica: Fault = (world) => {
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

const anotherRedis: Fault = (world) => {
  if (world.options.isCluster) return null;
  const instance = some(world, world.alive());
  const server = world.redis[1];
  if (instance === null || server === undefined) return null;
  instance.target.pointAt(server);
  return `${instance.name} is pointed at ${server.name}`;
};

/** The operator moves everybody to another Redis, and later back to the first, which never stopped. */
const moveAndBack: Fault = (world) => {
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

const cutPostgres: Fault = (world) => {
  const instance = some(world, world.alive());
  if (instance === null || world.database.cutOff.has(instance.process)) return null;
  world.database.cut(instance.process, world.chance.flip(0.5));
  later(
    world,
    `${instance.name} reaches Postgres again`,
    () => void world.database.cutOff.delete(instance.process),
  );
  return instance.name;
};

const cutRedis: Fault = (world) => {
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

const resetRedis: Fault = (world) => {
  const instance = some(world, running(world));
  instance?.index.reset();
  return instance && instance.name;
};

/** Everything between one instance and Redis is stuck, and given up there; it arrives when it likes, in any order. */
const stallRedis: Fault = (world) => {
  const instance = some(world, running(world));
  if (instance === null) return null;
  for (const action of world.scheduler.pending())
    if (action.label.startsWith(`${instance.name} redis`)) action.weight *= 0.02;
  if (world.chance.flip(0.7)) instance.index.reset();
  return instance.name;
};

const join: Fault = (world) => {
  if (world.alive().length >= 4) return null;
  return world.start().name;
};

const evict: Fault = (world) => {
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
const moveSlot: Fault = (world) => {
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
const leaveCopy: Fault = (world) => {
  if (!world.options.isCluster) return null;
  const [accountId, from] = world.chance.of([...world.slots]);
  const name = keysOf(world, accountId);
  const key = from.keys.get(name);
  if (key === undefined || world.copiesOf.has(accountId)) return null;
  other(world, from).keys.set(name, { fields: new Map(key.fields), expiresAtMs: key.expiresAtMs });
  world.copiesOf.set(accountId, from);
  // Most telling once the source has nothing left to overwrite the copy with.
  world.scheduler.add(`the slot of ${accountId} moves after all`, () => void moveSlot(world), {
    weight: 0.3,
    isReady: () => !from.keys.has(name),
  });
  return `${accountId} on ${other(world, from).name}`;
};

const kill: Fault = (world) => {
  const instance = some(world, world.alive());
  if (instance === null) return null;
  instance.process.kill();
  later(world, 'another instance starts', () => void world.start(), 0.5);
  return instance.name;
};

const pause =
  (asleep: boolean): Fault =>
  (world) => {
    const instance = some(world, running(world));
    if (instance === null) return null;
    silence(world, instance, asleep, 0.04);
    return instance.name;
  };

/** The first instance goes silent one way or another, while what it holds is replaced behind its back. */
const loseHolder: Fault = (world) => {
  const [holder] = world.instances;
  if (holder === undefined || !holder.process.isAlive || holder.process.isPaused) return null;
  const way = world.chance.of(['cut', 'cut', 'pause', 'sleep']);
  if (way === 'cut') {
    if (world.database.cutOff.has(holder.process)) return null;
    world.database.cut(holder.process, world.chance.flip(0.5));
    later(
      world,
      `${holder.name} reaches Postgres again`,
      () => void world.database.cutOff.delete(holder.process),
      0.015,
    );
  } else silence(world, holder, way === 'sleep', 0.015);
  return `${holder.name}: ${way}`;
};

export const silence = (
  world: World,
  { name, process }: Instance,
  asleep: boolean,
  weight: number,
  mayGoOn: () => boolean = () => true,
): void => {
  process.pause();
  const goOn = () => process.isAlive && process.resume(asleep);
  // A sleep of less than a second counts as drift (assumed by spec §2).
  const isReady = () => mayGoOn() && (!asleep || process.pausedForMs() > 1_100);
  world.scheduler.add(`${name} ${asleep ? 'wakes with its machine' : 'goes on'}`, goOn, { weight, isReady });
};

const stepWall: Fault = (world) => {
  const instance = some(world, world.alive());
  const ms = world.chance.of([-3_600_000, -1_500, 700, 5_000, 3_600_000]);
  instance?.process.stepWallClock(ms);
  return instance && `${instance.name} by ${ms} ms`;
};

const stepDatabase: Fault = (world) => {
  // Less than the nine leases that a dead row outlives its lease by: the rest is an assumption (README.md).
  const ms = world.chance.of([-1, 1]) * world.chance.between(100, 8 * world.options.leaseMs);
  world.database.server.clockOffsetMs += ms;
  return `by ${ms.toFixed(0)} ms`;
};

/** The worker's clean-up. */
const collect: Fault = (world) => {
  const instance = some(world, running(world));
  if (instance === null) return null;
  const statement = removeDeadLeases(10 * world.options.leaseMs);
  void world.database
    .once(instance.process, 'clean-up', (one) => one.statement(statement))
    .catch(() => undefined);
  return instance.name;
};

/** P6 and `portcullis index adopt`: an operator registers another generation, with an index or without. */
const register =
  (withIndex: boolean): Fault =>
  (world) => {
    const instance = some(world, running(world));
    if (instance === null) return null;
    registerBy(world, instance, withIndex);
    return `by ${instance.name}`;
  };

export const registerBy = (world: World, { name, process, target }: Instance, withIndex: boolean): void => {
  const row = world.database.server.committed.get(GENERATION) as GenerationRow;
  const history = world.database.server.history();
  const stayed = row.registeredOn?.timeline === history.timeline;
  const replicationIds = withIndex ? target.all().map(({ replid }) => replid) : null;
  // The operator's command has a connection of its own.
  void new SimLeaseStore(world.database, process)
    .register({
      instanceId: name,
      instead: row.name,
      generation: { name: process.random.token(16), replicationIds },
      history,
      leasesComplete: stayed && row.leasesComplete,
      unlessReached: false,
    })
    .catch(() => undefined);
};

export const faults: Record<FaultKind, Fault> = {
  'connection lost': loseConnection(false),
  'commit unanswered': loseConnection(true),
  'statement cancelled': (world) => {
    const one = some(world, busy(world, false));
    one?.failNext();
    return one && one.label;
  },
  'Postgres restarts': restartPostgres,
  'synchronous fail-over': failOver(0, false),
  'asynchronous fail-over': failOver(16, false),
  'fail-over to a forgotten standby': failOver(2, true),
  'standby answers': (world) => {
    world.database.standby = world.database.server.behind(1 + world.chance.below(3));
    return '';
  },
  'Redis connection reset': resetRedis,
  'Redis cut off': cutRedis,
  'Redis restarts empty': restartRedis('nothing'),
  'Redis restarts from its dump': restartRedis('dump'),
  'Redis stops': stopRedis,
  'keys flushed': (world) => {
    for (const server of world.redis) server.flush();
    return '';
  },
  'key evicted': evict,
  'demoted and promoted': demote,
  'replica promoted': promoteReplica,
  'another Redis': anotherRedis,
  'slot moves': moveSlot,
  'slot copy left behind': leaveCopy,
  'process killed': kill,
  'process paused': pause(false),
  'machine asleep': pause(true),
  'wall clock steps': stepWall,
  'database clock steps': stepDatabase,
  'dead leases removed': collect,
  'no index registered': register(false),
  'index registered anew': register(true),
  'moved to another Redis and back': moveAndBack,
  'Postgres cut off': cutPostgres,
  'holder silent': loseHolder,
  'instance joins': join,
  'Redis stalls': stallRedis,
};

/** Dumps happen now and then without anybody's doing. */
export const saveDumps = (world: World): void => world.redis.forEach(saveDump);
