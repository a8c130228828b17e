/** Item-to-item baselines against their formulas on dense matrices. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cosineNeighbours, listenersOf, rp3Neighbours } from '../../../shared/evaluation/item-baselines.ts';
import type { Neighbours } from '../../../shared/evaluation/rank-catalogue.ts';
import type { Interactions } from '../../../shared/evaluation/split-file.ts';

const ITEMS = 8;
const anyRows = fc.array(fc.uniqueArray(fc.nat({ max: ITEMS - 1 }), { maxLength: 6 }), { maxLength: 10 });

function interactions(rows: readonly (readonly number[])[]): Interactions {
  const offsets = [0];
  for (const row of rows) offsets.push((offsets.at(-1) ?? 0) + row.length);
  return { offsets: Int32Array.from(offsets), items: Int32Array.from(rows.flat()) };
}

/** Every pair that shares a listener, scored and cut to the best per item. */
function bruteForce(
  rows: readonly (readonly number[])[],
  limit: number,
  score: (common: readonly (readonly number[])[], i: number, j: number) => number,
): Map<string, number> {
  const listeners = (item: number) => rows.filter((row) => row.includes(item)).length;
  const edges = new Map<string, number>();
  for (let i = 0; i < ITEMS; i++) {
    const found = Array.from({ length: ITEMS }, (_, j) => {
      const common = rows.filter((row) => row.includes(i) && row.includes(j));
      return { j, common: common.length, value: score(common, listeners(i), listeners(j)) };
    }).filter(({ j, common }) => j !== i && common > 0);
    // Rounded to what both can be held to, so that ties are ties in both.
    found.sort((a, b) => Number(b.value.toFixed(9)) - Number(a.value.toFixed(9)) || a.j - b.j);
    for (const { j, value } of found.slice(0, limit)) edges.set(`${i}>${j}`, value);
  }
  return edges;
}

function check(found: Neighbours, expected: ReadonlyMap<string, number>): void {
  const edges = new Map(
    Array.from(found.item, (item, edge) => [`${item}>${found.neighbour[edge]}`, found.score[edge] ?? 0]),
  );
  expect(found.item.length).toBe(expected.size);
  // Scores of equal rank may differ in the last bit, and with them which of two equals is kept.
  const rounded = (values: Iterable<number>) => [...values].map((value) => value.toFixed(9)).sort();
  expect(rounded(edges.values())).toEqual(rounded(expected.values()));
  for (const [edge, value] of edges)
    if (expected.has(edge)) expect(value).toBeCloseTo(expected.get(edge) ?? Number.NaN, 12);
}

test('cosine is common listeners over the root of both counts', () => {
  fc.assert(
    fc.property(anyRows, fc.constantFrom(2, 100), (rows, limit) => {
      const found = cosineNeighbours({ train: interactions(rows), itemCount: ITEMS, limit });
      check(
        found,
        bruteForce(rows, limit, (common, i, j) => common.length / Math.sqrt(i * j)),
      );
    }),
  );
});

test('RP3beta is two steps of the walk over popularity to the beta', () => {
  fc.assert(
    fc.property(anyRows, fc.constantFrom(0, 0.3, 1), fc.constantFrom(2, 100), (rows, beta, limit) => {
      const found = rp3Neighbours({ train: interactions(rows), itemCount: ITEMS, limit }, beta);
      const walk = (common: readonly (readonly number[])[], i: number, j: number) =>
        common.reduce((sum, row) => sum + 1 / i / row.length, 0) / j ** beta;
      check(found, bruteForce(rows, limit, walk));
    }),
  );
});

test('by hand: one listener of two items', () => {
  const train = interactions([[0, 1], [1]]);
  const edgesOf = ({ item, neighbour, score }: Neighbours) =>
    Array.from(item, (from, edge) => [from, neighbour[edge], score[edge]]);
  const cosine = 1 / Math.sqrt(2);
  expect(edgesOf(cosineNeighbours({ train, itemCount: 2, limit: 5 }))).toEqual([
    [0, 1, cosine],
    [1, 0, cosine],
  ]);
  expect(edgesOf(rp3Neighbours({ train, itemCount: 2, limit: 5 }, 1))).toEqual([
    [0, 1, 0.25],
    [1, 0, 0.25],
  ]);
});

test('an item out of range is refused', () => {
  expect(() => listenersOf(interactions([[9]]), ITEMS)).toThrow('names item 9');
});
