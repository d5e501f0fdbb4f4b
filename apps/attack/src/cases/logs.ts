import { readFileSync } from 'node:fs';
import { newPassword } from '../arena.ts';
import type { Arena } from '../arena.ts';
import { allOf, attack, type Case, eachOf } from '../case.ts';

/** Every log there is: of the instances, the worker and the door. */
const logsOf = (arena: Arena): [name: string, text: string][] => [
  ...[...arena.places, arena.worker].map(({ logFile }, at): [string, string] => [
    `process ${at}`,
    readFileSync(logFile, 'utf8'),
  ]),
  ['door', readFileSync(arena.doorLog, 'utf8')],
];

export const logCases: Case[] = [
  attack(
    'AT-68',
    'line breaks, colours and JSON in what is logged',
    'one line of JSON each, nothing of the attacker’s as a line',
    async (arena) => {
      const visitor = arena.visitor();
      const inside = arena.visitor({ place: arena.places[0] });
      const evil = '{"level":"error","msg":"forged-line"}';
      for (const who of [visitor, inside]) {
        await who.session({ 'user-agent': `x\u001b[31m${evil}`.replaceAll(/[^\x20-\x7e]/g, '') });
        await who.ask(`/trpc/%0a${encodeURIComponent(evil)}`);
        await who.ask(`/trpc/%e2%80%a8${encodeURIComponent(evil)}`);
        await who.post('session.signIn', { email: `a\n${evil}@example.test`, password: newPassword() });
        await who.post('session.signIn', { email: `a\u2028@example.test`, password: newPassword() });
      }
      const found = logsOf(arena).map(([name, text]) => {
        const lines = text.split(/\r?\n|\u2028|\u2029/).filter((line) => line.trim() !== '');
        const bad = lines.find((line) => {
          if (line.startsWith('{"level":"error","msg":"forged-line"')) return true;
          if (line.includes('\u001b')) return true;
          try {
            return typeof JSON.parse(line) !== 'object';
          } catch {
            return !/^(?:Debugger|For help|\(node:|\(Use `node|nginx)/.test(line);
          }
        });
        return [
          name,
          bad === undefined ? 'one line of JSON each' : `a line that is none: ${bad.slice(0, 120)}`,
        ] as const;
      });
      return `${allOf(found)}, nothing of the attacker’s as a line`;
    },
    'last',
  ),

  attack(
    'AT-69',
    'every password, token, cookie and link of this run, in logs, jobs and metrics',
    'none of them',
    async (arena) => {
      const canaries = await eachOf([1, 2, 3], async (at) =>
        arena.secret(`canary${at}-${newPassword().replaceAll(' ', '-')}`),
      );
      const [one = '', two = '', three = ''] = canaries;
      const inside = arena.visitor({ place: arena.places[0] });
      for (const who of [arena.visitor(), inside]) {
        await who.session({ authorization: `Bearer ${one}` });
        await who.session({ cookie: `__Host-portcullis=${two}` });
        await who.post('session.signIn', { email: 'a@example.test', password: three, [one]: two });
        await who.post('account.resetPassword', { token: one, newPassword: { two } });
        await who.ask(`/trpc/account.me?input=${encodeURIComponent(JSON.stringify({ secret: one }))}`);
        await who.ask('/trpc/session.signIn', {
          method: 'POST',
          headers: { 'content-type': 'application/json', origin: arena.origin },
          body: `{"password":"${three}"`,
        });
        await who.ask('/v1/introspect', {
          method: 'POST',
          headers: {
            authorization: `Basic ${Buffer.from(`x:${one}`).toString('base64')}`,
            'content-type': 'application/x-www-form-urlencoded',
          },
          body: `token=${two}`,
        });
        await who.ask('/v1/verify', {
          method: 'POST',
          headers: {
            authorization: `Basic ${Buffer.from(`x:${two}`).toString('base64')}`,
            'content-type': 'application/json',
          },
          body: JSON.stringify({ tokens: [three] }),
        });
      }
      const jobs = await arena.cli('jobs', 'list', '--json', '--limit', '1000');
      const metrics = await Promise.all(
        [...arena.places, arena.worker].map(({ ops }) =>
          fetch(`http://127.0.0.1:${ops}/metrics`).then((answer) => answer.text()),
        ),
      );
      const texts: [string, string][] = [
        ...logsOf(arena),
        ['jobs', jobs.output],
        ['metrics', metrics.join('\n')],
      ];
      const secrets = [...arena.secrets].filter((secret) => secret.length >= 12);
      const encoded = secrets.flatMap((secret) => [
        secret,
        encodeURIComponent(secret),
        Buffer.from(secret).toString('base64'),
      ]);
      const found = texts.map(([name, text]) => {
        const hit = encoded.find((secret) => text.includes(secret));
        const around =
          hit === undefined
            ? ''
            : text.slice(Math.max(0, text.indexOf(hit) - 80), text.indexOf(hit)).replaceAll('\n', ' ');
        return [name, hit === undefined ? 'none of them' : `one after ${around}`] as const;
      });
      return secrets.length < 20 ? `only ${secrets.length} secrets` : allOf(found);
    },
    'last',
  ),

  attack(
    'AT-69',
    'e-mail addresses in logs and metrics',
    'none of them',
    async (arena) => {
      const addresses = arena.mailbox
        .mails()
        .flatMap(({ to }) => to.map(({ Address }) => Address.toLowerCase()));
      const metrics = await Promise.all(
        [...arena.places, arena.worker].map(({ ops }) =>
          fetch(`http://127.0.0.1:${ops}/metrics`).then((answer) => answer.text()),
        ),
      );
      const texts: [string, string][] = [...logsOf(arena), ['metrics', metrics.join('\n')]];
      return allOf(
        texts.map(([name, text]) => {
          const hit = addresses.find((address) => text.toLowerCase().includes(address));
          return [name, hit === undefined ? 'none of them' : 'an address'];
        }),
      );
    },
    'last',
  ),

  attack(
    'AT-91',
    'paths, browsers and methods that nobody had before, in metrics',
    'no label of them, no more series than before',
    async (arena) => {
      const inside = arena.visitor({ place: arena.places[1] });
      const seriesOf = async () => {
        const text = await (await fetch(`http://127.0.0.1:${arena.places[1].ops}/metrics`)).text();
        const lines = text
          .split('\n')
          .filter((line) => line.startsWith('http_server_request_duration_seconds_count'));
        return { text, count: lines.length };
      };
      const flood = (round: string) =>
        eachOf(
          Array.from({ length: 40 }, (_, at) => `bomb-${round}-${at}`),
          async (name) => {
            await inside.ask(`/trpc/${name}`, { headers: { 'user-agent': name } });
            await inside.ask(`/${name}/${name}`);
            await inside.ask(`/v1/${name}`, { method: 'PROPFIND' });
            await inside.ask(`/trpc/${name},${name}?batch=1`);
          },
        );
      await flood('first');
      const before = await seriesOf();
      await flood('second');
      const after = await seriesOf();
      const labels = /bomb-|198\.18\.|PROPFIND/.test(after.text) ? 'a label of them' : 'no label of them';
      return `${labels}, ${after.count === before.count ? 'no more series than before' : `${after.count - before.count} more series`}`;
    },
    'last',
  ),
];
