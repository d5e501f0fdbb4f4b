/** The middle value; of an even count the mean of the two middle ones. NaN for none. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[sorted.length % 2 === 1 ? middle : middle - 1], sorted[middle]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
};

/** The least value that at least this share (0 to 1) of all values do not exceed. NaN for none. */
export const percentile = (sorted: ArrayLike<number>, share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;

/** One slice of load: how many answers a second, and processor time of the server for each, in microseconds. */
export interface Slice {
  perSecond: number;
  cpuUs: number;
}

export interface Compared {
  /** Of answers a second. */
  ratio: number;
  /** Of what can be answered in a second of processor time: above 1 means that the target needs less. */
  cpuRatio: number;
}

/**
 * Compares each slice of the target with the mean of the floor's slices right before and after it, so that a machine
 * that becomes slower in the course of a run changes both. The medians over all rounds count.
 * @param floors one more than targets: before the first, between, and after the last
 * @throws RangeError when the counts do not fit
 */
export const compare = (floors: readonly Slice[], targets: readonly Slice[]): Compared => {
  if (floors.length !== targets.length + 1)
    throw new RangeError(`${targets.length} slices need ${targets.length + 1} of the floor`);
  const rounds = targets.map((target, index): Compared => {
    const [before, after] = [floors[index], floors[index + 1]] as [Slice, Slice];
    return {
      ratio: target.perSecond / ((before.perSecond + after.perSecond) / 2),
      cpuRatio: (before.cpuUs + after.cpuUs) / 2 / target.cpuUs,
    };
  });
  return {
    ratio: median(rounds.map(({ ratio }) => ratio)),
    cpuRatio: median(rounds.map(({ cpuRatio }) => cpuRatio)),
  };
};
