import { type Fault, later, running, some } from './fault.ts';
import type { Instance } from './instance.ts';
import {
  anotherRedis,
  cutRedis,
  demote,
  evict,
  leaveCopy,
  moveAndBack,
  moveSlot,
  promoteReplica,
  resetRedis,
  restartRedis,
  saveDump,
  stallRedis,
  stopRedis,
} from './redis-faults.ts';
import type { FaultKind } from './fault-kinds.ts';
import { GENERATION, type GenerationRow } from './postgres/rows.ts';
import { SimLeaseStore } from './postgres/stores.ts';
import { cleanUpLeases } from './postgres/clean-up.ts';
import type { World } from './world.ts';

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

const join: Fault = (world) => {
  if (world.alive().length >= 4) return null;
  return world.start().name;
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
  const sleeps = asleep && !process.isWallStepped;
  if (sleeps) process.hasSlept = true;
  const goOn = () => process.isAlive && process.resume(sleeps);
  // A sleep of less than a second counts as drift (assumed by spec §2).
  const isReady = () => mayGoOn() && (!sleeps || process.pausedForMs() > 1_100);
  world.scheduler.add(`${name} ${sleeps ? 'wakes with its machine' : 'goes on'}`, goOn, { weight, isReady });
};

const stepWall: Fault = (world) => {
  const awake = world.alive().filter(({ process }) => !process.hasSlept);
  const instance = some(world, awake);
  const ms = world.chance.of([-3_600_000, -1_500, 700, 5_000, 3_600_000]);
  instance?.process.stepWallClock(ms);
  return instance && `${instance.name} by ${ms} ms`;
};

const stepDatabase: Fault = (world) => {
  // Also by more than a dead lease's row is kept for.
  const ms = world.chance.of([-1, 1]) * world.chance.between(100, 20 * world.options.leaseMs);
  world.stepDatabaseClock(ms);
  return `by ${ms.toFixed(0)} ms`;
};

/** The worker's clean-up. */
const collect: Fault = (world) => {
  const instance = some(world, running(world));
  if (instance === null) return null;
  void cleanUpLeases(world.database, instance.process, world.options.leaseMs).catch(() => undefined);
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
