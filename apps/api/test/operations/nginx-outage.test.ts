import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle } from './support/bundle.ts';
import { type Counting, startCounting } from './support/counting.ts';
import { type Door, doorPorts, openDoor } from './support/door.ts';
import { type Fleet, type Process, startFleet } from './support/fleet.ts';

const POST = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };

describe('an instance is killed', () => {
  let fleet: Fleet;
  let door: Door;
  let instances: Process[];

  beforeAll(async () => {
    const ports = await doorPorts();
    fleet = await startFleet(`https://localhost:${ports.https}`);
    instances = [await fleet.start('serve'), await fleet.start('serve')];
    door = await openDoor(
      ports,
      instances.map(({ port }) => port),
      bundle().web,
    );
  });
  afterAll(async () => {
    await door?.stop();
    await fleet?.stop();
  });

  const statuses = async (path: string) => {
    const seen = new Set<number>();
    for (let n = 0; n < 20; n += 1) seen.add((await door.ask(path)).status);
    return [...seen];
  };

  test('the other one answers every call; with none left the answer is 503 in the words of the API, and pages go on', async () => {
    expect(await statuses('/v1/session')).toEqual([401]);
    await instances[0]?.server.killTree();
    expect(await statuses('/v1/session')).toEqual([401]);
    expect((await door.ask('/trpc/session.refresh', POST)).status).toBe(400);

    await instances[1]?.server.killTree();
    const procedure = await door.ask('/trpc/account.me');
    expect([procedure.status, procedure.headers['retry-after']]).toEqual([503, '1']);
    expect(procedure.json()).toMatchObject({
      error: {
        code: -32603,
        data: { reason: 'unavailable', code: 'SERVICE_UNAVAILABLE', retryAfterMs: 1_000 },
      },
    });
    // Nobody received it, so it cannot have taken effect.
    expect((await door.ask('/trpc/session.signOut', POST)).text).not.toContain('mayHaveTakenEffect');
    const route = await door.ask('/v1/session');
    expect([route.status, route.headers['retry-after'], route.headers['content-type']]).toEqual([
      503,
      '1',
      'application/problem+json',
    ]);
    expect(route.json()).toMatchObject({ status: 503, reason: 'unavailable' });
    expect((await door.ask('/trpc/session.events')).json()).toMatchObject({
      error: { data: { reason: 'unavailable' } },
    });
    expect((await door.ask('/')).status).toBe(200);
  });
});

describe('towards instances', () => {
  const started: { stop(): Promise<void> }[] = [];
  afterAll(async () => {
    for (const one of started.toReversed()) await one.stop();
  });
  const behindDoor = async (answers: boolean): Promise<{ door: Door; instances: [Counting, Counting] }> => {
    const instances: [Counting, Counting] = [await startCounting(answers), await startCounting(answers)];
    started.push(...instances);
    const door = await openDoor(
      await doorPorts(),
      instances.map(({ port }) => port),
      bundle().web,
    );
    started.push(door);
    return { door, instances };
  };

  const received = (instances: Counting[]) => instances.flatMap(({ requests }) => requests);

  test('a write that an instance received is never sent to another one', async () => {
    const { door, instances } = await behindDoor(false);
    const write = await door.ask('/trpc/account.resetPassword', POST);
    expect(received(instances)).toEqual(['POST /trpc/account.resetPassword HTTP/1.1']);
    expect(write.status).toBe(503);
    // The instance may have committed before it died; whoever retries is told so.
    expect(write.json()).toMatchObject({
      error: { data: { reason: 'unavailable', mayHaveTakenEffect: true } },
    });
  });

  test('a read is tried on the other instance, and is never said to have taken effect', async () => {
    const { door, instances } = await behindDoor(false);
    const read = await door.ask('/trpc/account.me');
    expect(received(instances)).toEqual(['GET /trpc/account.me HTTP/1.1', 'GET /trpc/account.me HTTP/1.1']);
    expect(read.status).toBe(503);
    expect(read.text).not.toContain('mayHaveTakenEffect');
  });

  test('connections are kept open, so that a call costs no handshake', async () => {
    const { door, instances } = await behindDoor(true);
    // Each worker process of nginx keeps one of its own to each instance.
    const most = 2 * availableParallelism();
    for (let n = 0; n < 3 * most; n += 1) expect((await door.ask('/v1/keys')).status).toBe(200);
    expect(received(instances)).toHaveLength(3 * most);
    expect(instances[0].connections + instances[1].connections).toBeLessThanOrEqual(most);
  });
});
