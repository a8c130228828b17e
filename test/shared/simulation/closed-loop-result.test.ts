import { describe, expect, it } from 'vitest';
import {
  type ClosedLoopResult,
  intervalOf,
  meanOverWeeks,
  ratioOf,
  summarise,
} from '../../../shared/simulation/closed-loop-result.ts';

const run = (policy: string, seed: number, values: readonly number[]) => ({
  policy,
  seed,
  weeks: values.map((value, index) => ({ week: index + 1, measures: { kept: value } })),
});
const RESULT: ClosedLoopResult = {
  version: 'test',
  policies: [run('a', 1, [1, 3]), run('a', 2, [4, 4]), run('b', 1, [4, 4]), run('b', 2, [8, 4])],
};

describe('a closed loop’s result', () => {
  it('has the interval of Student’s t', () => {
    // Mean 3, deviation √2.5, five seeds: half-width 2.776·√(2.5/5).
    const { mean, low, high, seeds } = intervalOf([1, 2, 3, 4, 5]);
    expect([mean, seeds]).toEqual([3, 5]);
    expect(high - mean).toBeCloseTo(1.963, 3);
    expect(mean - low).toBeCloseTo(1.963, 3);
    expect(intervalOf([7])).toEqual({ mean: 7, low: 7, high: 7, seeds: 1 });
  });

  it('is averaged over weeks, then over seeds', () => {
    expect(summarise(RESULT, 'kept').get('a')?.mean).toBe(3);
    expect(summarise(RESULT, 'kept').get('b')?.mean).toBe(5);
    expect([...summarise(RESULT, 'kept').keys()]).toEqual(['a', 'b']);
  });

  it('compares policies seed by seed', () => {
    expect(ratioOf(RESULT, 'b', 'a', 'kept').mean).toBeCloseTo((4 / 2 + 6 / 4) / 2);
  });

  it('refuses a measure that is not there and policies without a common seed', () => {
    expect(() => meanOverWeeks(run('a', 1, [1]), 'plays')).toThrow('plays');
    const apart = { version: 'test', policies: [run('a', 1, [1]), run('b', 2, [1])] };
    expect(() => ratioOf(apart, 'b', 'a', 'kept')).toThrow(RangeError);
  });
});
