import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cosine, distanceToNearest, generalistSpecialist, quantile } from '../../shared/domain/vector.ts';

const vector = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 3, maxLength: 3 });

describe('cosine', () => {
  it('knows parallel, opposite, orthogonal, diagonal and zero vectors', () => {
    expect(cosine([1, 2], [2, 4])).toBeCloseTo(1, 12);
    expect(cosine([1, 0], [-3, 0])).toBe(-1);
    expect(cosine([1, 0], [0, 5])).toBe(0);
    expect(cosine([1, 0], [1, 1])).toBeCloseTo(Math.SQRT1_2, 12);
    expect(cosine([0, 0], [1, 1])).toBe(0);
  });

  it('refuses vectors of different dimensions', () => {
    expect(() => cosine([1], [1, 2])).toThrow('vectors of 1 and 2 dimensions');
  });
});

describe('distanceToNearest', () => {
  it('takes the nearest centroid, and is null without any', () => {
    const centroids = [
      [0, 1],
      [1, 1],
    ];
    expect(distanceToNearest([1, 0], centroids)).toBeCloseTo(1 - Math.SQRT1_2, 12);
    expect(distanceToNearest([1, 0], [])).toBeNull();
  });
});

describe('quantile', () => {
  it('interpolates between order statistics', () => {
    expect(quantile([3, 1, 2, 4], 0.5)).toBe(2.5);
    expect(quantile([10, 0], 0.9)).toBe(9);
    expect(quantile([7], 0.9)).toBe(7);
    expect(quantile([], 0.9)).toBeNull();
    expect(() => quantile([1], 90)).toThrow(RangeError);
  });
});

describe('generalistSpecialist', () => {
  it('is 1 for one sound, 1/√2 for two orthogonal ones, null for silence', () => {
    expect(generalistSpecialist([{ vector: [3, 4], weight: 9 }])).toBeCloseTo(1, 12);
    const two = [
      { vector: [1, 0], weight: 1 },
      { vector: [0, 1], weight: 1 },
    ];
    expect(generalistSpecialist(two)).toBeCloseTo(Math.SQRT1_2, 12);
    expect(generalistSpecialist([])).toBeNull();
    expect(generalistSpecialist([{ vector: [1], weight: 0 }])).toBeNull();
  });

  it('refuses negative weights and mixed dimensions', () => {
    expect(() => generalistSpecialist([{ vector: [1], weight: -1 }])).toThrow('a weight must be ≥ 0');
    const mixed = [
      { vector: [1], weight: 1 },
      { vector: [1, 2], weight: 1 },
    ];
    expect(() => generalistSpecialist(mixed)).toThrow('dimensions');
  });

  it('is the literal formula, and sees only proportions of the weights', () => {
    const listened = fc.array(fc.record({ vector, weight: fc.integer({ min: 1, max: 9 }) }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(listened, (tracks) => {
        const total = tracks.reduce((sum, { weight }) => sum + weight, 0);
        const mean = [0, 1, 2].map(
          (d) => tracks.reduce((sum, t) => sum + t.weight * (t.vector[d] ?? 0), 0) / total,
        );
        const literal = tracks.reduce((sum, t) => sum + t.weight * cosine(t.vector, mean), 0) / total;
        expect(generalistSpecialist(tracks)).toBeCloseTo(literal, 9);
        const doubled = tracks.map((t) => ({ vector: t.vector, weight: 2 * t.weight }));
        expect(generalistSpecialist(doubled)).toBeCloseTo(literal, 9);
      }),
    );
  });
});
