import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bootstrapDifference, bootstrapMean } from '../../../shared/evaluation/bootstrap.ts';
import { createRandom } from '../../../shared/random.ts';

const sample = (seed: number, n: number, mean: number, deviation: number) => {
  const random = createRandom(seed, 'sample');
  return Float64Array.from({ length: n }, () => random.normal(mean, deviation));
};

describe('bootstrapMean', () => {
  test('equal seeds give equal bounds, other seeds other bounds', () => {
    const values = sample(1, 200, 0.5, 0.2);
    expect(bootstrapMean(values, { seed: 4 })).toEqual(bootstrapMean(values, { seed: 4 }));
    expect(bootstrapMean(values, { seed: 5 })).not.toEqual(bootstrapMean(values, { seed: 4 }));
  });

  test('has the width that the standard error predicts', () => {
    const values = sample(2, 1000, 10, 3);
    const { mean, low, high } = bootstrapMean(values, { seed: 1, resamples: 4000 });
    const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
    const expected = (2 * 1.96 * deviation) / Math.sqrt(values.length);
    expect((high - low) / expected).toBeGreaterThan(0.93);
    expect((high - low) / expected).toBeLessThan(1.07);
  });

  test('covers the true mean about as often as it says', () => {
    let covered = 0;
    for (let trial = 0; trial < 300; trial++) {
      const { low, high } = bootstrapMean(sample(trial, 80, 1, 2), {
        seed: trial,
        resamples: 400,
        confidence: 0.9,
      });
      if (low <= 1 && 1 <= high) covered += 1;
    }
    expect(covered / 300).toBeGreaterThan(0.84);
    expect(covered / 300).toBeLessThan(0.95);
  });

  test('agrees with all resamples of a two-listener sample', () => {
    // Means 0, ½, 1 with chances ¼, ½, ¼: the 60% interval starts at the 20th percentile, which is 0.
    const { mean, low, high } = bootstrapMean([0, 1], { seed: 1, resamples: 20_000, confidence: 0.6 });
    expect([mean, low, high]).toEqual([0.5, 0, 1]);
    expect(bootstrapMean([0, 1], { seed: 1, resamples: 20_000, confidence: 0.4 })).toEqual({
      mean: 0.5,
      low: 0.5,
      high: 0.5,
    });
  });

  test('lies within the values and is a point for equal ones', () => {
    const values = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(values, fc.integer(), (list, seed) => {
        const { low, high } = bootstrapMean(list, { seed, resamples: 50 });
        expect(low).toBeGreaterThanOrEqual(Math.min(...list) - 1e-9);
        expect(high).toBeLessThanOrEqual(Math.max(...list) + 1e-9);
        expect(low).toBeLessThanOrEqual(high);
      }),
    );
    expect(bootstrapMean([0.25, 0.25], { seed: 1 })).toEqual({ mean: 0.25, low: 0.25, high: 0.25 });
  });

  test('refuses no values, values that are no numbers and impossible options', () => {
    expect(() => bootstrapMean([], { seed: 1 })).toThrow(RangeError);
    expect(() => bootstrapMean([1, Number.NaN], { seed: 1 })).toThrow(RangeError);
    expect(() => bootstrapMean([1], { seed: 1, resamples: 0 })).toThrow('0');
    expect(() => bootstrapMean([1], { seed: 1, confidence: 1 })).toThrow('1');
  });
});

describe('bootstrapDifference', () => {
  test('sees a small steady advantage that the separate intervals hide', () => {
    const b = sample(3, 300, 0.5, 0.3);
    const a = b.map((value, index) => value + 0.01 + (index % 2 ? 0.02 : -0.02));
    const apart = bootstrapMean(a, { seed: 1 }).low - bootstrapMean(b, { seed: 1 }).high;
    const { mean, low, high, shareNotAbove } = bootstrapDifference(a, b, { seed: 1 });
    expect(apart).toBeLessThan(0);
    expect(mean).toBeCloseTo(0.01, 10);
    expect(low).toBeGreaterThan(0);
    expect(high).toBeLessThan(0.02);
    expect(shareNotAbove).toBe(0);
  });

  test('is 0 of a ranker to itself, and turns its sign when the sides are swapped', () => {
    const [a, b] = [sample(4, 50, 1, 1), sample(5, 50, 1.2, 1)];
    expect(bootstrapDifference(a, a, { seed: 1 })).toEqual({ mean: 0, low: 0, high: 0, shareNotAbove: 1 });
    const [one, other] = [bootstrapDifference(a, b, { seed: 2 }), bootstrapDifference(b, a, { seed: 2 })];
    expect(other.mean).toBeCloseTo(-one.mean, 12);
    expect(other.low).toBeCloseTo(-one.high, 12);
  });

  test('refuses values of different listeners', () => {
    expect(() => bootstrapDifference([1, 2], [1], { seed: 1 })).toThrow('2 values with 1');
  });
});
