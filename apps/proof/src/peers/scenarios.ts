import { randomBytes } from 'node:crypto';
import type { RedisNode } from '../stack/redis-set.ts';
import { pause } from '@portcullis/devstack/wait';
import type { Jar, PeerService, Said } from './service.ts';

/** What one service did in all scenarios. */
export interface PeerResult {
  /** Checks of the old session that began after the reset had returned, and how many accepted it. */
  afterReset: { checks: number; accepted: number; sessions: number; lastAcceptedMs: number };
  /** Sign-ins with the old password that ran while the reset did: sessions they got, and those that outlived it. */
  inFlight: { signIns: number; answered: number; survivors: number };
  /** While Redis is away: a live session, a sign-in; then Redis is back, empty: the live session. */
  redisGone: {
    live: Said;
    dead: Said;
    signIn: string;
    liveAfterEmptyRestart: Said;
    deadAfterEmptyRestart: Said;
  };
  /** Redis comes back from a dump that is older than a reset: sessions that the reset had ended. */
  oldDump: { sessions: number; revived: number };
}

export interface Scene {
  service: PeerService;
  /** Two instances. */
  ports: readonly [number, number];
  redis: RedisNode;
  /** What the service itself needs to know again after Redis went away; for services that reconnect, nothing. */
  settleMs: number;
}

const FIRST = 'an honest first passphrase';
const SECOND = 'an honest second passphrase';
const newEmail = () => `${randomBytes(6).toString('hex')}@example.test`;

const signedIn = async ({ service, ports }: Scene): Promise<{ email: string; jar: Jar }> => {
  const email = newEmail();
  await service.signUp(ports[0], email, FIRST);
  const jar = await service.signIn(ports[0], email, FIRST);
  if (jar === null) throw new Error('a right password was refused');
  return { email, jar };
};

const safely = (said: Promise<Said>): Promise<Said> => said.catch(() => 'unavailable' as const);

/** The plain case: a reset returns, then the old session is presented at both instances. */
export const afterReset = async (scene: Scene, rounds: number): Promise<PeerResult['afterReset']> => {
  const { service, ports } = scene;
  const result = { checks: 0, accepted: 0, sessions: 0, lastAcceptedMs: 0 };
  for (let round = 0; round < rounds; round += 1) {
    const { email, jar } = await signedIn(scene);
    // In use at both instances, so that whatever they keep of it is warm.
    for (const port of ports) await service.check(port, jar);
    await service.reset(ports[0], email, SECOND);
    const since = performance.now();
    let wasAccepted = false;
    for (let turn = 0; turn < 20; turn += 1) {
      const invoked = performance.now();
      const said = await safely(service.check(ports[turn % 2] as number, jar));
      result.checks += 1;
      if (said === 'accepted') {
        result.accepted += 1;
        wasAccepted = true;
        result.lastAcceptedMs = Math.max(result.lastAcceptedMs, Math.round(invoked - since));
      }
      await pause(20);
    }
    if (wasAccepted) result.sessions += 1;
  }
  return result;
};

/** Sign-ins with the old password begin all the time while a reset runs; afterwards all are over. */
export const inFlight = async (scene: Scene, rounds: number): Promise<PeerResult['inFlight']> => {
  const { service, ports } = scene;
  const result = { signIns: 0, answered: 0, survivors: 0 };
  for (let round = 0; round < rounds; round += 1) {
    const email = newEmail();
    await service.signUp(ports[0], email, FIRST);
    let isOver = false;
    const jars: Jar[] = [];
    const device = async (port: number) => {
      while (!isOver) {
        result.signIns += 1;
        const jar = await service.signIn(port, email, FIRST).catch(() => null);
        if (jar !== null) jars.push(jar);
        else if (isOver) break;
      }
    };
    const devices = [0, 1, 0, 1].map((index) => device(ports[index] as number));
    await pause(60 + round * 7);
    await service.reset(ports[0], email, SECOND);
    isOver = true;
    await Promise.all(devices);
    await pause(100);
    result.answered += jars.length;
    for (const jar of jars)
      if ((await safely(service.check(ports[1], jar))) === 'accepted') result.survivors += 1;
  }
  return result;
};

export const redisGone = async (scene: Scene): Promise<PeerResult['redisGone']> => {
  const { service, ports, redis } = scene;
  const live = await signedIn(scene);
  const dead = await signedIn(scene);
  for (const port of ports) for (const { jar } of [live, dead]) await service.check(port, jar);
  await service.reset(ports[0], dead.email, SECOND);
  await redis.server.kill();
  await pause(scene.settleMs);
  const during = {
    live: await safely(service.check(ports[1], live.jar)),
    dead: await safely(service.check(ports[1], dead.jar)),
    signIn: await service
      .signIn(ports[1], live.email, FIRST)
      .then((jar) => (jar === null ? 'refused' : 'works'))
      .catch(() => 'unavailable'),
  };
  await redis.restartFrom('nothing');
  await pause(scene.settleMs);
  return {
    ...during,
    liveAfterEmptyRestart: await safely(service.check(ports[1], live.jar)),
    deadAfterEmptyRestart: await safely(service.check(ports[1], dead.jar)),
  };
};

export const oldDump = async (scene: Scene, sessions: number): Promise<PeerResult['oldDump']> => {
  const { service, ports, redis } = scene;
  const people = [];
  for (let count = 0; count < sessions; count += 1) people.push(await signedIn(scene));
  for (const { jar } of people) for (const port of ports) await service.check(port, jar);
  await redis.dump();
  for (const { email } of people) await service.reset(ports[0], email, SECOND);
  await redis.restartFrom('dump');
  await pause(scene.settleMs);
  let revived = 0;
  for (const { jar } of people) if ((await safely(service.check(ports[1], jar))) === 'accepted') revived += 1;
  return { sessions, revived };
};
