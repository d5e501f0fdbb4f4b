import { median } from '../arithmetic.ts';
import type { Plan } from '../load/plan.ts';
import { residentBytes } from '../machine/processor-time.ts';
import { makePeople, makeSessions } from '../stack/people.ts';
import { bearer, get } from '../targets/floors.ts';
import { deployed, post, signedIn } from '../targets/ours.ts';
import { FEW } from '../targets/target.ts';
import type { Study } from './study.ts';

const RATE = 500;
const SAMPLES_A_MINUTE = 4;
const WARM_SHARE = 0.25;
/** More than this between the second quarter and the last one is growth, not noise. */
const MOST_GROWTH = 1.1;

/** Does an instance need more memory the longer it runs? */
export const soak: Study = {
  name: 'soak',
  what: 'one instance under steady checks, refreshes and revocations for --minutes; its memory over time',
  isUsual: false,
  run: (bench, _pace, { minutes, say }) =>
    bench.alone(async (lab) => {
      const deployment = await deployed(lab);
      const { port, instances, databaseUrl, mint } = deployment;
      const pid = instances[0]?.pid ?? 0;
      const known = (await signedIn(deployment, FEW)).map((token) => get('/v1/session', bearer(token)));
      const samples: { minute: number; mib: number }[] = [];
      const slices = Math.max(8, Math.round(minutes * SAMPLES_A_MINUTE));
      const seconds = (minutes * 60) / slices;
      const statuses: Record<string, number> = {};
      for (let slice = 1; slice <= slices; slice += 1) {
        const people = (await makePeople(databaseUrl, Math.ceil(seconds * 20))).map(({ id }) => id);
        const sittings = await makeSessions(databaseUrl, people);
        // Every person appears, renews once and leaves: what is kept for each of them must go, too.
        const visits = sittings.flatMap((sitting) => [
          get('/v1/session', bearer(mint.bearer(sitting))),
          post('/trpc/session.refresh', { refreshToken: sitting.refreshToken }),
          post('/trpc/session.signOut', {}, bearer(mint.bearer(sitting))),
        ]);
        // Shares lie beside each other: a connection follows a person from the first request to the last.
        const requests = [...repeated(known, 20), ...visits];
        const plan: Plan = { port, connections: FEW, requests, rate: RATE };
        const { statuses: seen } = await bench.load.run(plan, seconds);
        for (const [status, count] of Object.entries(seen))
          statuses[status] = (statuses[status] ?? 0) + count;
        samples.push({ minute: (slice * seconds) / 60, mib: residentBytes(pid) / 2 ** 20 });
        say(
          `soak: minute ${((slice * seconds) / 60).toFixed(1)}, ${Math.round(samples.at(-1)?.mib ?? 0)} MiB`,
        );
      }
      const growth = growthOf(samples.map(({ mib }) => mib));
      const verdict = growth <= MOST_GROWTH ? 'flat' : 'GROWS';
      return {
        ratios: {},
        figures: { minutes, samples, statuses, growth },
        lines: [
          `memory ${verdict}: × ${growth.toFixed(3)} from the second quarter to the last; answers ${JSON.stringify(statuses)}`,
        ],
      };
    }),
};

const repeated = <T>(items: readonly T[], times: number): T[] =>
  Array.from({ length: times }, () => items).flat();

/** The first quarter is the warm-up of heap and caches. */
export const growthOf = (samples: readonly number[]): number => {
  const quarter = Math.max(1, Math.floor(samples.length * WARM_SHARE));
  return median(samples.slice(-quarter)) / median(samples.slice(quarter, quarter * 2));
};
