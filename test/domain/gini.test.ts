import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gini } from '../../shared/domain/gini.ts';

describe('gini', () => {
  test('by hand', () => {
    expect(gini([5, 5, 5, 5])).toBe(0);
    expect(gini([0, 0, 0, 9])).toBe(0.75);
    // Σ|xi − xj| over all pairs is 20, over 2·4·10.
    expect(gini([1, 2, 3, 4])).toBe(0.25);
    expect(gini([0, 0])).toBe(0);
    expect(gini([])).toBe(0);
  });

  test('equals the mean absolute difference over twice the mean, in any order and scale', () => {
    const amounts = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(amounts, (list) => {
        const total = list.reduce((sum, x) => sum + x, 0);
        fc.pre(total > 0);
        let apart = 0;
        for (const a of list) for (const b of list) apart += Math.abs(a - b);
        expect(gini(list)).toBeCloseTo(apart / (2 * list.length * total), 10);
        expect(gini([...list].reverse())).toBeCloseTo(gini(list), 12);
        expect(gini(list.map((x) => x * 7))).toBeCloseTo(gini(list), 10);
      }),
    );
  });

  test('refuses what is no amount', () => {
    expect(() => gini([1, -1])).toThrow('-1');
    expect(() => gini([Number.NaN])).toThrow(RangeError);
  });
});
