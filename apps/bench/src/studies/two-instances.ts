import { median } from '../arithmetic.ts';
import { type Subject, takeSlice, warmUp } from '../measure.ts';
import { startNginx } from '../stack/nginx.ts';
import { deploy } from '../stack/portcullis.ts';
import { bearer, get } from '../targets/floors.ts';
import { signedIn } from '../targets/ours.ts';
import { FEW, MANY } from '../targets/target.ts';
import type { Study } from './study.ts';

/** Does a second instance cost more than its share? */
export const twoInstances: Study = {
  name: 'two-instances',
  what: 'checks for a CPU second of the API processes, through nginx before one and before two instances',
  isUsual: true,
  run: (bench, pace) =>
    bench.alone(async (lab) => {
      const deployment = await deploy({ ...lab, instances: 2 }, lab.undo);
      const [first, second] = deployment.instances;
      if (first === undefined || second === undefined) throw new Error('there are not two instances');
      const ports = await startNginx(lab.dir, [[first.port], [first.port, second.port]], lab.undo);
      const requests = (await signedIn(deployment, FEW)).map((token) => get('/v1/session', bearer(token)));
      const through = (index: number, pids: readonly number[]): Subject => ({
        target: { name: `session behind nginx, ${pids.length} of 2 instances`, status: 204 },
        running: { pids, plan: () => ({ port: ports[index] as number, connections: MANY, requests }) },
      });
      const [one, two] = [through(0, [first.pid]), through(1, [first.pid, second.pid])];
      await warmUp(bench.load, two, pace.warmUp * 2);
      const perCpuSecond = async (subject: Subject) => {
        const { cpuUs } = await takeSlice(bench.load, subject, pace.slice);
        return 1e6 / cpuUs;
      };
      const ones = [await perCpuSecond(one)];
      const ratios: number[] = [];
      const twos: number[] = [];
      for (let round = 0; round < pace.rounds; round += 1) {
        twos.push(await perCpuSecond(two));
        ones.push(await perCpuSecond(one));
        ratios.push((twos[round] as number) / (((ones[round] as number) + (ones[round + 1] as number)) / 2));
      }
      const ratio = median(ratios);
      return {
        ratios: { two_instances_vs_one: ratio },
        figures: { checksPerCpuSecond: { one: median(ones), two: median(twos) } },
        lines: [
          `checks for a CPU second: ${Math.round(median(twos))} by two instances, ${Math.round(median(ones))} by one, ratio ${ratio.toFixed(2)}`,
        ],
      };
    }),
};
