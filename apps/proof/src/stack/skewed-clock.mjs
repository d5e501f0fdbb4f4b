// Loaded into a process of the service by --import: its clocks run wrong as PROOF_CLOCK says, and SIGUSR2 steps its
// wall clock. libfaketime would do the same from outside, but is no package of the lockfile.
const { offsetMs = 0, rate = 1, stepMs = 0 } = JSON.parse(process.env.PROOF_CLOCK || '{}');

if (offsetMs !== 0 || rate !== 1 || stepMs !== 0) {
  const RealDate = Date;
  const realNow = RealDate.now;
  const realMonotonic = performance.now.bind(performance);
  const beganWall = realNow();
  const beganMonotonic = realMonotonic();
  let stepped = 0;
  const elapsed = () => (realMonotonic() - beganMonotonic) * rate;
  const wall = () => Math.round(beganWall + elapsed() + offsetMs + stepped);
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [wall()] : args, newTarget),
    apply: () => new RealDate(wall()).toString(),
    get: (target, name) => (name === 'now' ? wall : Reflect.get(target, name)),
  });
  performance.now = () => beganMonotonic + elapsed();
  process.on('SIGUSR2', () => {
    stepped = stepped === 0 ? stepMs : 0;
  });
} else {
  process.on('SIGUSR2', () => undefined);
}
