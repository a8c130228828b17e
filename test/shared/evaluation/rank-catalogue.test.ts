import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  listenersPerItem,
  type Neighbours,
  type Ranking,
  rankByNeighbours,
  rankByPopularity,
  rankedItems,
} from '../../../shared/evaluation/rank-catalogue.ts';
import type { Interactions } from '../../../shared/evaluation/split-file.ts';

const interactions = (rows: readonly (readonly number[])[]): Interactions => {
  const offsets = Int32Array.from([0, ...rows.map((_, index) => rows.slice(0, index + 1).flat().length)]);
  return { offsets, items: Int32Array.from(rows.flat()) };
};
const edges = (list: readonly (readonly [number, number, number])[]): Neighbours => ({
  item: Int32Array.from(list, ([item]) => item),
  neighbour: Int32Array.from(list, ([, neighbour]) => neighbour),
  score: Float64Array.from(list, ([, , score]) => score),
});
const lists = (ranking: Ranking) =>
  Array.from(ranking.lengths, (_, listener) => [...rankedItems(ranking, listener)]);

describe('rankByNeighbours', () => {
  test('by hand: sums over train items, masks them, breaks ties by index, ranks unscored items last', () => {
    const neighbours = edges([
      [1, 4, 0.5],
      [0, 3, 0.25],
      [0, 4, 0.25],
      [1, 3, 0.5],
      [0, 1, 9],
    ]);
    const input = { train: interactions([[0, 1], [], [2]]), itemCount: 6, k: 3 };
    expect(lists(rankByNeighbours(neighbours, input))).toEqual([
      [3, 4, 2],
      [0, 1, 2],
      [0, 1, 3],
    ]);
  });

  test('weighs each train item', () => {
    const neighbours = edges([
      [0, 2, 1],
      [1, 3, 1],
    ]);
    const input = { train: interactions([[0, 1]]), itemCount: 4, k: 1 };
    expect(lists(rankByNeighbours(neighbours, { ...input, weights: Float64Array.of(1, 2) }))).toEqual([[3]]);
    expect(lists(rankByNeighbours(neighbours, { ...input, weights: Float32Array.of(2, 1) }))).toEqual([[2]]);
  });

  test('is as long as what remains when that is less than k', () => {
    const input = { train: interactions([[0, 1, 2]]), itemCount: 4, k: 20 };
    expect(lists(rankByNeighbours(edges([]), input))).toEqual([[3]]);
  });

  test('agrees with a brute-force twin, whatever the order of the edges', () => {
    const itemCount = 12;
    const item = fc.integer({ min: 0, max: itemCount - 1 });
    // Multiples of ¼ add up exactly, so that ties are real and sums do not depend on their order.
    const quarter = fc.integer({ min: 0, max: 8 }).map((n) => n / 4);
    const edgeList = fc.uniqueArray(fc.tuple(item, item, quarter), {
      maxLength: 60,
      selector: ([from, to]) => from * itemCount + to,
    });
    const rows = fc.array(fc.uniqueArray(item, { maxLength: 6 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(edgeList, rows, fc.integer({ min: 1, max: 14 }), fc.integer(), (list, train, k, salt) => {
        const weights = train.flat().map((_, entry) => 1 + ((entry + Math.abs(salt % 5)) % 3));
        const input = { train: interactions(train), itemCount, k, weights: Float64Array.from(weights) };
        let entry = 0;
        const expected = train.map((own) => {
          const scores = new Map<number, number>();
          for (const from of own) {
            const weight = weights[entry++] ?? 0;
            for (const [a, b, score] of list)
              if (a === from) scores.set(b, (scores.get(b) ?? 0) + weight * score);
          }
          return Array.from({ length: itemCount }, (_, candidate) => candidate)
            .filter((candidate) => !own.includes(candidate))
            .sort((a, b) => (scores.get(b) ?? 0) - (scores.get(a) ?? 0) || a - b)
            .slice(0, k);
        });
        expect(lists(rankByNeighbours(edges(list), input))).toEqual(expected);
        expect(lists(rankByNeighbours(edges([...list].reverse()), input))).toEqual(expected);
      }),
    );
  });

  test('refuses indices, scores and weights that are out of range, by place', () => {
    const input = { train: interactions([[0]]), itemCount: 2, k: 1 };
    expect(() => rankByNeighbours(edges([[0, 2, 1]]), input)).toThrow('Edge 0 (0 → 2)');
    expect(() => rankByNeighbours(edges([[-1, 0, 1]]), input)).toThrow('Edge 0');
    expect(() => rankByNeighbours(edges([[0, 1, Number.NaN]]), input)).toThrow('edge 0');
    expect(() => rankByNeighbours({ ...edges([[0, 1, 1]]), score: new Float64Array(2) }, input)).toThrow(
      'ragged',
    );
    expect(() => rankByNeighbours(edges([]), { ...input, weights: new Float64Array(2) })).toThrow(
      '2 weights',
    );
    expect(() => rankByNeighbours(edges([]), { ...input, weights: Float64Array.of(Number.NaN) })).toThrow(
      'Weight 0',
    );
    expect(() => rankByNeighbours(edges([]), { ...input, train: interactions([[5]]) })).toThrow('item 5');
    expect(() => rankByNeighbours(edges([]), { ...input, k: 0 })).toThrow('k must be');
  });

  test('ranks 500 listeners over 4,000 items with 200 neighbours each', () => {
    const itemCount = 4000;
    const count = itemCount * 200;
    const neighbours: Neighbours = {
      item: Int32Array.from({ length: count }, (_, edge) => Math.floor(edge / 200)),
      neighbour: Int32Array.from({ length: count }, (_, edge) => (edge * 7919) % itemCount),
      score: Float32Array.from({ length: count }, (_, edge) => ((edge * 104_729) % 1000) / 1000),
    };
    const rows = Array.from({ length: 500 }, (_, u) =>
      Array.from({ length: 25 }, (_, n) => (u * 31 + n * 97) % itemCount),
    );
    const ranking = rankByNeighbours(neighbours, { train: interactions(rows), itemCount, k: 20 });
    expect(ranking.lengths.every((length) => length === 20)).toBe(true);
  });
});

describe('rankByPopularity', () => {
  test('ranks by number of listeners, ties by index, without what the listener has', () => {
    const train = interactions([[2, 3], [2, 1], [2], [3]]);
    expect([...listenersPerItem(train, 5)]).toEqual([0, 1, 3, 2, 0]);
    expect(lists(rankByPopularity({ train, itemCount: 5, k: 3 }))).toEqual([
      [1, 0, 4],
      [3, 0, 4],
      [3, 1, 0],
      [2, 1, 0],
    ]);
  });
});
