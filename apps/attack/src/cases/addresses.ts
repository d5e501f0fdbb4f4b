import { newPassword, type Person } from '../arena.ts';
import type { Arena } from '../arena.ts';
import { allOf, attack, type Case, eachOf } from '../case.ts';
import { outcome } from '../client/ask.ts';
import type { Place } from '../client/place.ts';
import { raw, statusesIn } from '../client/raw.ts';

/** More than any limit on wrong passwords of one account from one address. */
const MOST_GUESSES = 30;

/** Guesses until a limit refuses. Each guess has its own way of hiding whose it is. */
const guessUntilRefused = async (
  arena: Arena,
  victim: Person,
  way: (attempt: number) => { place?: Place; from?: string; headers?: Record<string, string> },
): Promise<string> => {
  for (let attempt = 1; attempt <= MOST_GUESSES; attempt += 1) {
    const { headers, ...options } = way(attempt);
    const visitor = arena.visitor(options);
    const answer = await visitor.post(
      'session.signIn',
      { email: victim.email, password: newPassword() },
      headers,
    );
    if (answer.status === 429) return '429 rate_limited';
    if (answer.status !== 401) return outcome(answer);
  }
  return `${MOST_GUESSES} guesses, none refused`;
};

const lie = (attempt: number) => `203.0.${attempt}.7`;

export const addressCases: Case[] = [
  attack(
    'AT-9',
    'a reset link that leads to another host',
    'links to PUBLIC_URL alone, two hosts 400',
    async (arena) => {
      const people = await eachOf([1, 2, 3], () => arena.person());
      const bodies = people.map(({ email }) => JSON.stringify({ email }));
      const headers = { 'content-type': 'application/json', origin: arena.origin };
      const visitor = arena.visitor();
      const path = '/trpc/account.requestPasswordReset';
      const evil = 'evil.test';
      const send = (body: string | undefined, more: Record<string, string>) =>
        visitor.ask(path, { method: 'POST', body: body ?? '', headers: { ...headers, ...more } });
      await send(bodies[0], { host: evil });
      const forwarded = `host=${evil};proto=http`;
      await send(bodies[1], { 'x-forwarded-host': evil, 'x-forwarded-proto': 'http', forwarded });
      const rest = (body: string) =>
        `Host: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
      const { from } = visitor;
      await raw(arena.door, `POST https://${evil}${path} HTTP/1.1\r\n${rest(bodies[2] ?? '')}`, { from });
      const twice = `POST ${path} HTTP/1.1\r\nHost: ${evil}\r\n${rest(bodies[0] ?? '')}`;
      const [refused] = statusesIn((await raw(arena.door, twice, { from })).text);
      const hosts = await eachOf(people, async ({ email }) => {
        await arena.link(email, 'reset-password');
        const mail = arena.mailsTo(email).find(({ text }) => text.includes('/reset-password#'));
        const [shown, linked] = [
          mail?.text.matchAll(/(https?:\/\/[^/\s]+)/g),
          mail?.html.matchAll(/(?:href|src)="(https?:\/\/[^/"]+)/g),
        ];
        const found = [...(shown ?? []), ...(linked ?? [])].map(([, url]) => url);
        return found.every((url) => url === arena.origin) ? 'links to PUBLIC_URL alone' : found.join(' ');
      });
      return `${allOf(hosts.map((host, at) => [String(at), host]))}, two hosts ${refused ?? 'not answered'}`;
    },
  ),

  attack('AT-44', 'another X-Forwarded-For with every guess', '429 rate_limited', async (arena) => {
    const from = arena.address();
    return guessUntilRefused(arena, await arena.person(), (attempt) => ({
      ...{ from, headers: { 'x-forwarded-for': lie(attempt) } },
    }));
  }),

  attack(
    'AT-45',
    'every other header that names an address',
    '429 rate_limited, known as itself',
    async (arena) => {
      const from = arena.address();
      const victim = await arena.person();
      const names = [
        'x-real-ip',
        'cf-connecting-ip',
        'true-client-ip',
        'x-client-ip',
        'fastly-client-ip',
        'x-cluster-client-ip',
      ];
      const liesOf = (attempt: number) => ({
        ...Object.fromEntries(names.map((name) => [name, lie(attempt)])),
        forwarded: `for=${lie(attempt)}`,
        'x-forwarded-for': `${lie(attempt)}, 10.0.0.1, 127.0.0.1`,
      });
      const refused = await guessUntilRefused(arena, victim, (attempt) => ({
        from,
        headers: liesOf(attempt),
      }));
      const owner = await arena.signedIn();
      Object.assign(owner.headers, liesOf(1));
      const again = arena.visitor();
      Object.assign(again.headers, liesOf(1));
      const { email, password } = owner.person;
      await again.post('session.signIn', { email, password });
      const { sessions } = (await again.get('session.list')).data as {
        sessions: { current: boolean; ip: string }[];
      };
      const seen = sessions.find(({ current }) => current)?.ip;
      return `${refused}, ${seen === again.from ? 'known as itself' : `known as ${seen}`}`;
    },
  ),

  attack(
    'AT-46',
    'one IPv6 network, an address of its own for each guess',
    '429 rate_limited',
    async (arena) => {
      const network = `2001:db8:${Math.floor(Math.random() * 0xffff).toString(16)}:46`;
      return guessUntilRefused(arena, await arena.person(), (attempt) => ({
        from: `${network}:${attempt.toString(16)}:${attempt}::${attempt}`,
      }));
    },
  ),

  attack('AT-46', 'one address in many spellings', '429 rate_limited', async (arena) => {
    const address = arena.address();
    const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
    const hex = (high: number, low: number) => ((high << 8) | low).toString(16);
    const spellings = [
      address,
      `::ffff:${address}`,
      `::FFFF:${address}`,
      `0:0:0:0:0:ffff:${hex(a, b)}:${hex(c, d)}`,
      `::ffff:${hex(a, b).toUpperCase()}:${hex(c, d).toUpperCase()}`,
      `[::ffff:${address}]`,
    ];
    return guessUntilRefused(arena, await arena.person(), (attempt) => ({
      ...{ place: arena.places[0], from: spellings[attempt % spellings.length] ?? address },
    }));
  }),

  attack(
    'AT-47',
    'an instance that is reached past its proxy',
    'known by its peer: 127.0.0.1',
    async (arena) => {
      const { followed } = await arena.rotated();
      const liar = await arena.signedIn({ place: followed });
      const { sessions } = (await liar.get('session.list')).data as {
        sessions: { current: boolean; ip: string }[];
      };
      return `known by its peer: ${sessions.find(({ current }) => current)?.ip}`;
    },
  ),

  attack(
    'AT-47',
    'the ports of instances and probes from another machine',
    'listening on loopback alone',
    async (arena) => {
      const { networkInterfaces } = await import('node:os');
      const outside = Object.values(networkInterfaces())
        .flat()
        .find((one) => one !== undefined && !one.internal && one.family === 'IPv4');
      if (outside === undefined) return 'listening on loopback alone';
      const { connect } = await import('node:net');
      const ports = arena.places.flatMap(({ port, ops }) => [port, ops]);
      const reached = await eachOf(
        ports,
        (port) =>
          new Promise<boolean>((resolve) => {
            const socket = connect({ port, host: outside.address, timeout: 5_000 });
            const finish = (is: boolean) => {
              socket.destroy();
              resolve(is);
            };
            socket.on('connect', () => finish(true));
            socket.on('error', () => finish(false));
            socket.on('timeout', () => finish(false));
          }),
      );
      return reached.includes(true) ? 'reached from outside' : 'listening on loopback alone';
    },
  ),
];
