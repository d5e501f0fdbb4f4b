import type { Chance } from './chance.ts';
import { History } from './check/history.ts';
import type { AccountState } from './check/specification.ts';
import { type Instance, startInstance, Target } from './instance.ts';
import type { Network } from './postgres/connection.ts';
import { Database } from './postgres/database.ts';
import {
  accountKey,
  GENERATION,
  linkKey,
  sessionKey,
  type SessionLife,
  type SessionRow,
} from './postgres/rows.ts';
import { type Commit, PostgresServer } from './postgres/server.ts';
import { sessionRow } from './postgres/verb-statements.ts';
import { RedisServer } from './redis/server.ts';
import type { Scheduler } from './scheduler.ts';

export interface WorldOptions {
  instances: number;
  accounts: number;
  leaseMs: number;
  pollMs: number;
  sweepMs: number;
  databaseLoss: 'refuse' | 'serve';
  isCluster: boolean;
  deadlineMs: [number, number];
  slowShare: number;
  slowWeight: number;
  /** Some connections are slow throughout. */
  hasLaggards: boolean;
  /** The first instance's clock is the slowest there may be, the others' the fastest. */
  areClocksApart: boolean;
  /** Each reply arrives together with the effect it answers. */
  isEager: boolean;
  sessionsPerAccount: number;
  life: SessionLife;
  /** How wrong the wall clocks of instances may be, either way. */
  wallSkewMs: number;
}

/** Fences whose writers are between FENCE and RELEASE, so that the checker knows what the loss of a key means. */
class FencesAtWork {
  readonly #history: History;
  readonly #open = new Map<string, Set<string>>();
  readonly #released = new Set<string>();

  constructor(history: History) {
    this.#history = history;
  }

  ran(script: 'fence' | 'release', accountId: string, nonces: readonly string[]): void {
    for (const nonce of nonces) {
      if (script === 'release') {
        this.#released.add(nonce);
        this.#open.get(accountId)?.delete(nonce);
        this.#history.unguarded.get(accountId)?.delete(nonce);
      } else if (!this.#released.has(nonce))
        this.#open.set(accountId, (this.#open.get(accountId) ?? new Set()).add(nonce));
    }
  }

  lost(accountId: string, held: string): void {
    for (const nonce of held.split(' '))
      if (this.#open.get(accountId)?.has(nonce)) this.#history.unguard(accountId, nonce);
  }
}

/** Everything of one run: stores, instances, what clients know, and the history. */
export class World {
  readonly scheduler: Scheduler;
  readonly chance: Chance;
  readonly options: WorldOptions;
  readonly history = new History();
  readonly database: Database;
  readonly redis: RedisServer[];
  readonly instances: Instance[] = [];
  outsider: Instance | null = null;
  /** Set by a story: it verifies, and ends nothing. */
  holder: Instance | null = null;
  readonly initial = new Map<string, AccountState>();
  /** Which primary of a cluster serves an account. */
  readonly slots = new Map<string, RedisServer>();
  /** Where the copy came from that a failed migration left behind, by account. */
  readonly copiesOf = new Map<string, RedisServer>();
  /** Every instance holds its first lease: from here on messages may be slow. */
  isWarm = false;
  readonly #lags = new Map<string, number>();
  readonly #fences: FencesAtWork;
  #started = 0;

  constructor(scheduler: Scheduler, chance: Chance, options: WorldOptions) {
    this.scheduler = scheduler;
    this.chance = chance;
    this.options = options;
    const network: Network = {
      weight: (connection) => this.#weight(connection),
      reply: (connection) => {
        const weight = options.isEager ? 1 : this.#weight(connection);
        return { weight, isNow: options.isEager || (weight === 1 && chance.flip(0.7)) };
      },
    };
    this.redis = [new RedisServer(scheduler, 'redis1'), new RedisServer(scheduler, 'redis2')];
    this.database = new Database(new PostgresServer(scheduler, this.#rows()), network);
    this.#fences = new FencesAtWork(this.history);
    for (const server of this.redis)
      server.events.lostKeys = (names, keys) => {
        for (const name of names) {
          const held = keys.get(name)?.fields.get('f');
          const accountId = /\{(.+)\}$/.exec(name)?.[1];
          if (held !== undefined && accountId !== undefined) this.#fences.lost(accountId, held);
        }
      };
    const { events } = this.database.server;
    this.history.databaseNowMs = () => this.database.server.nowMs();
    events.committed = ({ keys, state }) => this.#noteEnds(state, keys);
    this.#noteEnds(this.database.server.committed, [...this.database.server.committed.keys()]);
    events.lost = (commits) => this.#lost(commits);
    for (const accountId of this.initial.keys()) this.slots.set(accountId, this.primary());
  }

  primary(): RedisServer {
    const [first] = this.redis;
    if (first === undefined) throw new Error('a world has a Redis');
    return first;
  }

  /** An instance that reaches no index, and so answers from Postgres alone. */
  startOutsider(): Instance {
    const outsider = this.start('outsider');
    outsider.target.isCut = true;
    this.outsider = outsider;
    return outsider;
  }

  /** @param isPolling false: it never gets a lease, and so answers from Postgres alone */
  start(name?: string, isPolling = true): Instance {
    this.#started += 1;
    const { leaseMs, pollMs, sweepMs, databaseLoss, isCluster, life } = this.options;
    const target = isCluster
      ? new Target(
          (accountId) => this.slots.get(accountId) ?? this.primary(),
          () => this.redis,
          true,
        )
      : new Target(
          () => this.primary(),
          () => [this.primary()],
          false,
        );
    const instance = startInstance(
      this.scheduler,
      this.database,
      target,
      { ran: (script, _, accountId, nonces) => this.#fences.ran(script, accountId, nonces) },
      {
        name: name ?? `i${this.#started}`,
        seed: this.chance.below(2 ** 31),
        // Any two differ by less than 5 % (assumed by spec §2): 1.02 / 0.975 is 1.046.
        clockRate: this.#rate(),
        wallOffsetMs: 1_700_000_000_000 + this.#skew(),
        life,
        leaseMs,
        pollMs,
        sweepMs,
        databaseLoss,
      },
    );
    this.instances.push(instance);
    if (isPolling) void instance.authority.start();
    return instance;
  }

  #rate(): number {
    if (this.options.isEager) return 1;
    if (this.options.areClocksApart) return this.#started === 1 ? 0.975 : 1.02;
    return this.chance.of([0.975, 1, 1.02]);
  }

  #skew(): number {
    const { wallSkewMs } = this.options;
    return wallSkewMs === 0 ? 0 : this.chance.between(-wallSkewMs, wallSkewMs);
  }

  alive(): Instance[] {
    return this.instances.filter((one) => one.process.isAlive && one !== this.outsider);
  }

  /** Instances that clients talk to. */
  forClients(): Instance[] {
    return this.alive().filter((one) => one !== this.holder);
  }

  first(): Instance {
    const [first] = this.instances;
    if (first === undefined) throw new Error('a world has an instance');
    return first;
  }

  stepDatabaseClock(ms: number): void {
    this.database.server.clockOffsetMs += ms;
    this.history.databaseClockStepped();
  }

  /** The index holds something of a generation other than this one. */
  isIndexFilled(except: string | undefined): boolean {
    return this.redis.some(({ keys }) =>
      [...keys].some(([name, { fields }]) => fields.has('t') && !name.startsWith(`pc:${except}:`)),
    );
  }

  #weight(connection: string): number {
    const { slowShare, slowWeight, hasLaggards } = this.options;
    if (!this.isWarm) return 1;
    const stuck = slowShare > 0 && this.chance.flip(slowShare) ? slowWeight : 1;
    return stuck * (hasLaggards ? this.#lagOf(connection) : 1);
  }

  /** One connection that is slow all the time leaves room for whole stories between two of its messages. */
  #lagOf(connection: string): number {
    const known = this.#lags.get(connection) ?? this.chance.of([1, 1, 1, 0.2, 0.05]);
    this.#lags.set(connection, known);
    return known;
  }

  #rows(): Map<string, object> {
    const rows = new Map<string, object>();
    const now = 1_700_000_000_000;
    const primaries = this.options.isCluster ? this.redis : this.redis.slice(0, 1);
    rows.set(GENERATION, {
      name: 'g0',
      replicationIds: primaries.map(({ replid }) => replid),
      registeredOn: { systemId: 'pg', timeline: '1' },
      leasesComplete: true,
    });
    for (let n = 1; n <= this.options.accounts; n += 1) {
      const id = `a${n}`;
      rows.set(accountKey(id), {
        id,
        passwordHash: { password: 'p0', parameters: 1 },
        epoch: 1,
        linkEpoch: 1,
        disabled: false,
      });
      rows.set(linkKey(`${id}-l0`), { id: `${id}-l0`, accountId: id, linkEpoch: 1, used: false });
      const sessions = Array.from(
        { length: this.options.sessionsPerAccount },
        (_, index) => `${id}-s${index + 1}`,
      );
      for (const session of sessions)
        rows.set(sessionKey(session), sessionRow(session, { id, epoch: 1 }, now, this.options.life));
      const links = new Set([`${id}-l0`]);
      this.initial.set(id, { password: 'p0', live: new Set(sessions), links, isDisabled: false });
    }
    return rows;
  }

  /** For the checker: from now on until when. */
  #noteEnds(state: ReadonlyMap<string, object>, keys: readonly string[]): void {
    for (const key of keys) {
      const row = key.startsWith('session/') ? (state.get(key) as SessionRow | undefined) : undefined;
      if (row !== undefined) this.history.sessionEnds(row.id, Math.min(row.idleExpiresAt, row.expiresAt));
    }
  }

  #lost(commits: readonly Commit[]): void {
    for (const key of commits.flatMap(({ keys }) => keys)) {
      const [table, id = ''] = key.split('/');
      if (table === 'account') this.history.rollBack(id);
      if (table === 'session' || table === 'link') this.history.rollBack(this.#ownerOf(commits, key));
    }
  }

  #ownerOf(commits: readonly Commit[], key: string): string {
    const row = commits.map(({ state }) => state.get(key)).find((found) => found !== undefined);
    return (row as { accountId?: string } | undefined)?.accountId ?? '';
  }
}
