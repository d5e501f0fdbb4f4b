import { startTestRedis, type TestRedis } from '@portcullis/devstack/test-redis';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Chance } from '../sim/chance.ts';
import * as port from '../sim/redis/scripts.ts';
import { FENCE, FILL, READ, RELEASE } from '../src/redis/scripts.ts';

/** What the simulation believes of the scripts, held against the scripts themselves on a real server. */

const SCRIPTS = {
  READ: { lua: READ, port: port.read },
  FILL: { lua: FILL, port: port.fill },
  FENCE: { lua: FENCE, port: port.fence },
  RELEASE: { lua: RELEASE, port: port.release },
};
const KEYS = ['pc:g:{a}', 'pc:g:{b}'];
const OTHER = '0123456789abcdef0123456789abcdef01234567';
const HOUR = '3600000';

type Client = ReturnType<typeof createClient>;

describe('the four scripts of spec §3', () => {
  let redis: TestRedis;
  let client: Client;

  beforeAll(async () => {
    redis = await startTestRedis();
    client = createClient({ url: redis.url, socket: { reconnectStrategy: false } });
    client.on('error', () => undefined);
    await client.connect();
  });
  afterAll(async () => {
    client.destroy();
    await redis.finish([/^pc:/]);
  });

  const replid = async () => /master_replid:(\w+)/.exec(await client.info('replication'))?.[1] ?? '';
  const state = async (key: string) => {
    const fields = await client.hGetAll(key);
    const ttl = await client.pTTL(key);
    return { fields: { ...fields }, lastsForEver: Object.keys(fields).length > 0 ? ttl === -1 : null };
  };
  const believed = (server: port.ScriptServer, name: string) => {
    const key = server.keys.get(name);
    return {
      fields: Object.fromEntries(key?.fields ?? []),
      lastsForEver: key === undefined ? null : key.expiresAtMs === null,
    };
  };
  const argumentsOf = (chance: Chance, name: keyof typeof SCRIPTS, own: string): string[] => {
    const histories = chance.of([own, own, own, `${OTHER} ${own}`, OTHER]);
    const nonce = () => `n${chance.below(4)}`;
    const session = `s${chance.below(2)}`;
    if (name === 'READ') return [histories, session, nonce(), HOUR];
    if (name === 'FILL') return [histories, session, nonce(), chance.of(['x', '{"live":1}']), HOUR];
    if (name === 'FENCE') return [histories, nonce()];
    return [
      histories,
      chance.flip(0.5) ? 'n0 n1 n2 n3' : Array.from({ length: chance.below(3) }, nonce).join(' '),
    ];
  };
  /** Demoted and promoted again: the keys stay, the history is another one. */
  const startAnotherHistory = async () => {
    await client.sendCommand(['REPLICAOF', '127.0.0.1', '1']);
    await client.sendCommand(['REPLICAOF', 'NO', 'ONE']);
  };

  it.each([1, 2, 3, 4, 5, 6])(
    'G1, G10: the simulation runs them as Redis does, answer by answer and key by key (sequence %i)',
    async (seed) => {
      await client.flushAll();
      const chance = new Chance(seed);
      const server: port.ScriptServer = {
        replid: await replid(),
        isPrimary: true,
        keys: new Map(),
        nowMs: () => 0,
      };
      const kinds = new Set<string>();
      for (let step = 0; step < 1_500; step += 1) {
        const key = chance.of(KEYS);
        const what = chance.next();
        if (what < 0.01) {
          await startAnotherHistory();
          server.replid = await replid();
        } else if (what < 0.03) {
          await client.del(key);
          server.keys.delete(key);
        } else {
          const name = chance.of([
            'READ',
            'READ',
            'READ',
            'FILL',
            'FILL',
            'FILL',
            'FENCE',
            'RELEASE',
          ] as const);
          const args = argumentsOf(chance, name, server.replid);
          const answer = await client.eval(SCRIPTS[name].lua, { keys: [key], arguments: args });
          const expected = SCRIPTS[name].port(server, key, args);
          expect({ step, name, args, answer }).toEqual({ step, name, args, answer: expected });
          kinds.add(`${name} ${expected[0]}`);
        }
        expect({ step, ...(await state(key)) }).toEqual({ step, ...believed(server, key) });
      }
      // A sequence that met no case would prove nothing about it.
      expect([...kinds].sort()).toEqual([
        'FENCE fenced',
        'FENCE untrusted',
        'FILL filled',
        'FILL refused',
        'FILL untrusted',
        'READ decisive',
        'READ fenced',
        'READ leased',
        'READ untrusted',
        'RELEASE released',
        'RELEASE untrusted',
      ]);
    },
  );

  it('G1: a server that is no primary is trusted for nothing: it runs none of them', async () => {
    await client.flushAll();
    const own = await replid();
    const server: port.ScriptServer = { replid: own, isPrimary: false, keys: new Map(), nowMs: () => 0 };
    await client.sendCommand(['REPLICAOF', '127.0.0.1', '1']);
    try {
      for (const [name, script] of Object.entries(SCRIPTS)) {
        const args = argumentsOf(new Chance(1), name as keyof typeof SCRIPTS, own).with(0, own);
        const call = { keys: ['pc:g:{a}'], arguments: args };
        // Redis refuses before the script can: an error is a miss for READ and a failure for FENCE, like "untrusted".
        await expect(client.eval(script.lua, call)).rejects.toThrow('READONLY');
        expect(script.port(server, 'pc:g:{a}', args)).toEqual(['untrusted']);
      }
    } finally {
      await client.sendCommand(['REPLICAOF', 'NO', 'ONE']);
    }
  });
});
