import type { KeyObject } from 'node:crypto';
import { publicKeys } from '@portcullis/contracts/services';
import { Outage } from './errors.ts';
import { publicKeyOf } from './paseto.ts';
import type { Transport } from './transport.ts';
import type { Clock } from './types.ts';

export interface KeySet {
  issuer: string;
  keys: ReadonlyMap<string, KeyObject>;
  fetchedMs: number;
}

const FRESH_MS = 10 * 60_000;
/** Tokens with made-up key ids make at most one request in so long. */
const COOLDOWN_MS = 1_000;

/** The public keys of the service, fetched when they are needed. */
export class Keys {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #pinned: string | undefined;
  #known: KeySet | null = null;
  #fetching: Promise<KeySet> | null = null;

  constructor(transport: Transport, clock: Clock, pinnedIssuer: string | undefined) {
    this.#transport = transport;
    this.#clock = clock;
    this.#pinned = pinnedIssuer;
  }

  /** @throws Outage when no keys are known and none can be had */
  async current(): Promise<KeySet> {
    const known = this.#known;
    if (known === null) return this.#fetch();
    // Old keys still verify; whether a session is live is not theirs to say.
    if (this.#clock.monotonicMs() - known.fetchedMs > FRESH_MS) void this.#fetch().catch(() => undefined);
    return known;
  }

  /**
   * A set that was fetched after this key id was first missed, or recently: a key that is not in it is no key.
   * @throws Outage
   */
  async with(kid: string): Promise<KeySet> {
    const known = await this.current();
    if (known.keys.has(kid) || this.#clock.monotonicMs() - known.fetchedMs < COOLDOWN_MS) return known;
    return this.#fetch();
  }

  #fetch(): Promise<KeySet> {
    this.#fetching ??= this.#load().finally(() => (this.#fetching = null));
    return this.#fetching;
  }

  async #load(): Promise<KeySet> {
    const fetchedMs = this.#clock.monotonicMs();
    const { body } = await this.#transport.call({ path: '/v1/keys', isRead: true });
    const document = publicKeys.safeParse(body);
    if (!document.success) throw new Outage('protocol', 1_000, document.error);
    const { issuer, keys } = document.data;
    if (this.#pinned !== undefined && issuer !== this.#pinned)
      throw new Outage('protocol', 5_000, new Error('the service names another issuer than the options'));
    const entries = keys.flatMap(({ id, key }): [string, KeyObject][] => {
      const parsed = publicKeyOf(key);
      return parsed === null ? [] : [[id, parsed]];
    });
    this.#known = { issuer, keys: new Map(entries), fetchedMs };
    return this.#known;
  }
}
