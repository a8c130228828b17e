import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clampedNormal, createRandom, cumulate, drawIndex, zipfWeights } from '../../shared/random.ts';

const take = (seed: number, stream: string, n = 50) => {
  const random = createRandom(seed, stream);
  return Array.from({ length: n }, () => random.next());
};

describe('createRandom', () => {
  test('repeats itself for equal seed and stream, and for nothing else', () => {
    expect(take(7, 'a')).toEqual(take(7, 'a'));
    const others = [take(8, 'a'), take(7, 'b'), take(-7, 'a')];
    for (const other of others) expect(other[0]).not.toBe(take(7, 'a')[0]);
  });

  test('neighbouring seeds are not correlated from the first draw on', () => {
    const firsts = Array.from({ length: 4000 }, (_, seed) => take(seed, 's', 1)[0] ?? 0);
    const mean = firsts.reduce((sum, x) => sum + x, 0) / firsts.length;
    const lag = firsts.slice(1).map((x, index) => (x - mean) * ((firsts[index] ?? 0) - mean));
    const correlation = lag.reduce((sum, x) => sum + x, 0) / lag.length / (1 / 12);
    expect(mean).toBeCloseTo(0.5, 1);
    expect(Math.abs(correlation)).toBeLessThan(0.06);
  });

  test('normal variates have the mean and deviation asked for', () => {
    const random = createRandom(1, 'normal');
    const drawn = Array.from({ length: 20_000 }, () => random.normal(120, 15));
    const mean = drawn.reduce((sum, x) => sum + x, 0) / drawn.length;
    const variance = drawn.reduce((sum, x) => sum + (x - mean) ** 2, 0) / drawn.length;
    expect(Math.abs(mean - 120)).toBeLessThan(0.5);
    expect(Math.abs(Math.sqrt(variance) - 15)).toBeLessThan(0.5);
  });

  test('picking from nothing is an error', () => {
    expect(() => createRandom(1, 'x').pick([])).toThrow(RangeError);
  });

  test('a clamped variate stays in its range', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: -5, max: 5, noNaN: true }), (seed, mean) => {
        const value = clampedNormal(createRandom(seed, 'c'), mean, 2, 0, 1);
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('drawIndex', () => {
  test('draws in proportion to the weights and never an index of weight 0', () => {
    const sums = cumulate([0, 1, 0, 3, 0]);
    const random = createRandom(3, 'draw');
    const counts = [0, 0, 0, 0, 0];
    for (let draw = 0; draw < 20_000; draw++) {
      const index = drawIndex(random, sums);
      counts[index] = (counts[index] ?? 0) + 1;
    }
    expect([counts[0], counts[2], counts[4]]).toEqual([0, 0, 0]);
    expect((counts[3] ?? 0) / 20_000).toBeCloseTo(0.75, 1);
  });

  test('agrees with a linear scan', () => {
    const weights = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(weights, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (list, u) => {
        const total = list.reduce((sum, weight) => sum + weight, 0);
        fc.pre(total > 0);
        let left = u * total;
        const scanned = list.findIndex((weight) => {
          left -= weight;
          return left < 0;
        });
        // Rounding may only matter exactly on a boundary between two indices.
        fc.pre(Number.isInteger(u * total) || Math.abs(u * total - Math.round(u * total)) > 1e-9);
        expect(drawIndex({ ...createRandom(1, 'x'), next: () => u }, cumulate(list))).toBe(scanned);
      }),
    );
  });

  test('Zipf weights fall as 1/rank^exponent', () => {
    expect(zipfWeights(4, 1)).toEqual([1, 1 / 2, 1 / 3, 1 / 4]);
  });
});
