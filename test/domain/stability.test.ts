import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { median, populationStability } from '../../shared/domain/stability.ts';

const shares = fc
  .array(fc.integer({ min: 0, max: 100 }), { minLength: 3, maxLength: 3 })
  .filter((counts) => counts.some((count) => count > 0))
  .map((counts) => counts.map((count) => count / counts.reduce((a, b) => a + b, 0)));

describe('population stability index', () => {
  test('by hand: (.5−.25)·ln 2 + (.5−.75)·ln(2/3)', () => {
    const expected = 0.25 * Math.log(2) - 0.25 * Math.log(2 / 3);
    expect(populationStability([0.25, 0.75], [0.5, 0.5])).toBeCloseTo(expected, 12);
  });

  test('is 0 of a distribution and itself, never negative, and the same both ways', () => {
    fc.assert(
      fc.property(shares, shares, (a, b) => {
        expect(populationStability(a, a)).toBe(0);
        expect(populationStability(a, b)).toBeGreaterThanOrEqual(0);
        expect(populationStability(a, b)).toBeCloseTo(populationStability(b, a), 12);
      }),
    );
  });

  test('an empty bucket is drift and not infinity; a missing one is empty', () => {
    expect(populationStability([1, 0], [0, 1])).toBeGreaterThan(0.2);
    expect(Number.isFinite(populationStability([1, 0], [0, 1]))).toBe(true);
    expect(populationStability([1], [1, 0])).toBe(0);
    expect(populationStability([], [0.5, 0.5])).toBeGreaterThan(0.2);
  });
});

describe('the median', () => {
  test.each([
    [[3], 3],
    [[1, 9], 5],
    [[9, 1, 5], 5],
    [[10, 2, 9, 1], 5.5],
    [[], Number.NaN],
  ])('of %j is %d', (values, middle) => {
    expect(median(values)).toBe(middle);
  });

  test('leaves its input alone', () => {
    const values = Object.freeze([3, 1, 2]) as number[];
    expect(median(values)).toBe(2);
    expect(values).toEqual([3, 1, 2]);
  });
});
