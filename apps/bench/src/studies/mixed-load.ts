import { startLoad } from '../load/load.ts';
import type { Figures, Plan } from '../load/plan.ts';
import { makePeople, PASSWORD } from '../stack/people.ts';
import { bearer, get } from '../targets/floors.ts';
import { deployed, post, signedIn } from '../targets/ours.ts';
import { FEW } from '../targets/target.ts';
import type { Study } from './study.ts';

const SIGN_INS = 200;
/** Well below what one core answers: what is measured is how long a check takes, not how many there are. */
const CHECKS_A_SECOND = 400;

/** Do people who are signed in notice that 200 others sign in? */
export const mixedLoad: Study = {
  name: 'mixed-load',
  what: `p99 of ${CHECKS_A_SECOND} session checks a second, alone and while ${SIGN_INS} sign-ins are in flight`,
  isUsual: true,
  run: (bench, pace) =>
    bench.alone(async (lab) => {
      const deployment = await deployed(lab);
      const { port } = deployment;
      const people = await makePeople(deployment.databaseUrl, SIGN_INS);
      const requests = (await signedIn(deployment, FEW)).map((token) => get('/v1/session', bearer(token)));
      const checks: Plan = { port, connections: FEW, requests, rate: CHECKS_A_SECOND };
      const signIns: Plan = {
        port,
        connections: SIGN_INS,
        refusedPauseMs: 1_000,
        requests: people.map(({ email }) =>
          post('/trpc/session.signIn', { email, password: PASSWORD, transport: 'bearer' }),
        ),
      };
      const seconds = pace.slice * 2;
      await bench.load.run(checks, pace.warmUp);
      const idle = await bench.load.run(checks, seconds);
      const other = startLoad();
      lab.undo.add(() => other.stop());
      const [crowd, busy] = await Promise.all([
        other.run(signIns, seconds + 1),
        pause(500).then(() => bench.load.run(checks, seconds)),
      ]);
      const lag = await eventLoopLag(deployment.instances[0]?.opsPort ?? 0);
      return {
        ratios: {},
        figures: {
          ...{ checksAlone: told(idle), checksAmongSignIns: told(busy), signIns: told(crowd) },
          ...{ p99Ratio: busy.p99 / idle.p99, eventLoopLagSeconds: lag },
        },
        lines: [
          `checks: p99 ${ms(idle.p99)} ms alone, ${ms(busy.p99)} ms among ${SIGN_INS} sign-ins (× ${(busy.p99 / idle.p99).toFixed(1)}, wanted: at most 3)`,
          `sign-ins meanwhile: ${JSON.stringify(crowd.statuses)}; event loop lag ${JSON.stringify(lag)} s`,
        ],
      };
    }),
};

const told = ({ p50, p99, max, statuses, answered }: Figures) => ({ p50, p99, max, statuses, answered });
const ms = (us: number): string => (us / 1_000).toFixed(1);
const pause = (time: number) => new Promise<void>((resolve) => setTimeout(resolve, time));

/** As the service itself exports it. */
const eventLoopLag = async (opsPort: number): Promise<Record<string, number>> => {
  const text = await (await fetch(`http://127.0.0.1:${opsPort}/metrics`)).text();
  const found = text.matchAll(/^nodejs_eventloop_lag_(p50|p99|max|mean)_seconds (\S+)$/gm);
  return Object.fromEntries(
    [...found].map(([, name = '', value]) => [name, Number(Number(value).toFixed(4))]),
  );
};
