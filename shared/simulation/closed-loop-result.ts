/** What a closed loop came to, by policy, seed and week, and its summary over seeds. */

export interface WeekResult {
  /** 1 is the first week that the policy served. */
  readonly week: number;
  readonly measures: Readonly<Record<string, number>>;
}

export interface PolicyResult {
  readonly policy: string;
  readonly seed: number;
  readonly weeks: readonly WeekResult[];
}

export interface ClosedLoopResult {
  /** Of the simulator; results of different versions are not comparable. */
  readonly version: string;
  readonly policies: readonly PolicyResult[];
}

export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly seeds: number;
}

/** Two-sided 95% points of Student's t by degrees of freedom, from 1 on. */
const STUDENT = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];
const NORMAL = 1.96;

/** Mean over seeds with its 95% interval by Student's t; of one seed the interval is the value. */
export function intervalOf(values: readonly number[]): Interval {
  const seeds = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / seeds;
  if (seeds < 2) return { mean, low: mean, high: mean, seeds };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (seeds - 1);
  const half = (STUDENT[seeds - 2] ?? NORMAL) * Math.sqrt(variance / seeds);
  return { mean, low: mean - half, high: mean + half, seeds };
}

/** Mean of a measure over the weeks of one run. Throws RangeError where a week does not have it. */
export function meanOverWeeks({ policy, weeks }: PolicyResult, measure: string): number {
  const values = weeks.map(({ week, measures }) => {
    const value = measures[measure];
    if (value === undefined) throw new RangeError(`Week ${week} of ${policy} has no ${measure}.`);
    return value;
  });
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** By policy, in the order of the result: the measure averaged over weeks, with its interval over seeds. */
export function summarise(result: ClosedLoopResult, measure: string): Map<string, Interval> {
  const runs = Map.groupBy(result.policies, ({ policy }) => policy);
  return new Map(
    [...runs].map(([policy, own]) => [policy, intervalOf(own.map((run) => meanOverWeeks(run, measure)))]),
  );
}

/**
 * Quotient of two policies' measure, seed by seed (both met the same listeners and days), with its interval. Throws
 * RangeError where no seed has both.
 */
export function ratioOf(result: ClosedLoopResult, policy: string, rival: string, measure: string): Interval {
  const valuesBySeed = (name: string) =>
    new Map(
      result.policies
        .filter((run) => run.policy === name)
        .map((run) => [run.seed, meanOverWeeks(run, measure)]),
    );
  const rivals = valuesBySeed(rival);
  const ratios = [...valuesBySeed(policy)].flatMap(([seed, value]) => {
    const other = rivals.get(seed);
    return other === undefined ? [] : [value / other];
  });
  if (ratios.length === 0) throw new RangeError(`${policy} and ${rival} have no seed in common.`);
  return intervalOf(ratios);
}
