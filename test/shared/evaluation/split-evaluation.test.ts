import { describe, expect, test } from 'vitest';
import { rankByNeighbours, rankByPopularity } from '../../../shared/evaluation/rank-catalogue.ts';
import { COLD_LISTENERS, evaluateSplit } from '../../../shared/evaluation/split-evaluation.ts';
import type { Split } from '../../../shared/evaluation/split-file.ts';

// Listener 0 has items 0 and 1 and is tested on 2 and 4 (4 is in nobody's train); 1 has 1 and 2 and no test;
// 2 has nothing in train and is tested on 1.
const split: Split = {
  listeners: [0, 1, 2],
  items: [0, 1, 2, 3, 4],
  train: { offsets: Int32Array.of(0, 2, 4, 4), items: Int32Array.of(0, 1, 1, 2) },
  test: { offsets: Int32Array.of(0, 2, 2, 3), items: Int32Array.of(2, 4, 1) },
  duplicates: 0,
};
const input = { train: split.train, itemCount: 5, k: 2 };

describe('evaluateSplit', () => {
  test('judges whoever has test items, with unseen items and listeners without train as misses or luck', () => {
    const neighbours = { item: Int32Array.of(1), neighbour: Int32Array.of(2), score: Float64Array.of(1) };
    const { judged, values } = evaluateSplit('co', rankByNeighbours(neighbours, input), split, { seed: 1 });
    expect(judged).toEqual([0, 2]);
    // Listener 0 gets [2, 3]: one hit of two. Listener 2 gets [0, 1] by index alone: a hit at place 2.
    expect([...values.recall]).toEqual([0.5, 1]);
    expect(values.ndcg[0]).toBeCloseTo(1 / (1 + 1 / Math.log2(3)), 12);
    expect(values.ndcg[1]).toBeCloseTo(1 / Math.log2(3), 12);
  });

  test('measures novelty against train listeners only', () => {
    const { exposure } = evaluateSplit('popularity', rankByPopularity(input), split, { seed: 1 });
    // [2, 3] and [1, 0] with popularity 1, 0, 2, 1 of two listeners: 1 + 1 and 0 + 1 bits.
    expect(exposure?.novelty).toBe((1 + 0.5) / 2);
    expect(exposure?.coverage).toBe(0.8);
  });

  test('judges a slice by the number of train items', () => {
    const items = Int32Array.of(0, 1, 2, 3, 4, 5, 0);
    const two: Split = {
      listeners: [0, 1],
      items: [0, 1, 2, 3, 4, 5, 6],
      train: { offsets: Int32Array.of(0, 6, 7), items },
      test: { offsets: Int32Array.of(0, 1, 2), items: Int32Array.of(6, 6) },
      duplicates: 0,
    };
    const ranking = rankByPopularity({ train: two.train, itemCount: 7, k: 1 });
    const cold = evaluateSplit('popularity', ranking, two, { seed: 1 }, COLD_LISTENERS);
    expect([cold.slice, cold.judged]).toEqual(['cold', [1]]);
    expect(evaluateSplit('popularity', ranking, two, { seed: 1 }).judged).toEqual([0, 1]);
  });

  test('refuses the ranking of another split', () => {
    const other = rankByPopularity({
      ...input,
      train: { offsets: Int32Array.of(0, 1), items: Int32Array.of(0) },
    });
    expect(() => evaluateSplit('x', other, split, { seed: 1 })).toThrow('1 listeners');
  });
});
