/** EASE by listener against EASE as it is defined, by item. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EASE_LISTENERS, rankByEase } from '../../../shared/evaluation/ease.ts';
import { rankedItems } from '../../../shared/evaluation/rank-catalogue.ts';
import type { Interactions } from '../../../shared/evaluation/split-file.ts';

const ITEMS = 7;
const anyRows = fc.array(fc.uniqueArray(fc.nat({ max: ITEMS - 1 }), { maxLength: 5 }), {
  minLength: 1,
  maxLength: 9,
});

function interactions(rows: readonly (readonly number[])[]): Interactions {
  const offsets = [0];
  for (const row of rows) offsets.push((offsets.at(-1) ?? 0) + row.length);
  return { offsets: Int32Array.from(offsets), items: Int32Array.from(rows.flat()) };
}

/** Gauss–Jordan with pivots: nothing in common with the way under test. */
function inverseOf(matrix: readonly (readonly number[])[]): number[][] {
  const size = matrix.length;
  const work = matrix.map((row, at) => [
    ...row,
    ...Array.from({ length: size }, (_, c) => (c === at ? 1 : 0)),
  ]);
  for (let column = 0; column < size; column++) {
    const pivot = work
      .map((row, at) => ({ at, value: Math.abs(row[column] ?? 0) }))
      .filter(({ at }) => at >= column)
      .reduce((best, other) => (other.value > best.value ? other : best)).at;
    [work[column], work[pivot]] = [work[pivot] as number[], work[column] as number[]];
    const own = (work[column] as number[]).map((value) => value / ((work[column] as number[])[column] ?? 1));
    work[column] = own;
    for (let row = 0; row < size; row++) {
      if (row === column) continue;
      const factor = (work[row] as number[])[column] ?? 0;
      work[row] = (work[row] as number[]).map((value, at) => value - factor * (own[at] ?? 0));
    }
  }
  return work.map((row) => row.slice(size));
}

/** Scores x·B of one listener, B = I − P·diag(P)⁻¹ with a zero diagonal. */
function scoresOf(rows: readonly (readonly number[])[], listener: number, lambda: number): number[] {
  const gram = Array.from({ length: ITEMS }, (_, i) =>
    Array.from(
      { length: ITEMS },
      (_, j) => rows.filter((row) => row.includes(i) && row.includes(j)).length + (i === j ? lambda : 0),
    ),
  );
  const p = inverseOf(gram);
  return Array.from({ length: ITEMS }, (_, j) =>
    (rows[listener] ?? []).reduce((sum, i) => sum - (i === j ? 0 : (p[i]?.[j] ?? 0) / (p[j]?.[j] ?? 0)), 0),
  );
}

test('ranks as the definition by item does', () => {
  fc.assert(
    fc.property(anyRows, fc.constantFrom(0.5, 3, 100), (rows, lambda) => {
      const ranking = rankByEase({ train: interactions(rows), itemCount: ITEMS, k: ITEMS }, lambda);
      for (const [listener, row] of rows.entries()) {
        const scores = scoresOf(rows, listener, lambda);
        const ranked = [...rankedItems(ranking, listener)];
        expect(ranked.toSorted()).toEqual([...scores.keys()].filter((item) => !row.includes(item)));
        for (let place = 1; place < ranked.length; place++)
          expect(scores[ranked[place - 1] ?? 0]).toBeGreaterThanOrEqual(
            (scores[ranked[place] ?? 0] ?? 0) - 1e-9,
          );
      }
    }),
  );
});

test('an item is known by those it goes with, and worth less where another explains it', () => {
  const rows = [[0, 1], [0, 1], [0, 1, 2], [2, 3], [0]];
  const ranking = rankByEase({ train: interactions(rows), itemCount: 4, k: 1 }, 1);
  expect([...rankedItems(ranking, 4)]).toEqual([1]);
  expect([...rankedItems(ranking, 3)]).toEqual([1]);
});

test('refuses a lambda that regularises nothing and more listeners than fit', () => {
  const train = interactions([[0]]);
  for (const lambda of [0, -1, Number.NaN])
    expect(() => rankByEase({ train, itemCount: 1, k: 1 }, lambda)).toThrow('positive');
  const many = { offsets: new Int32Array(EASE_LISTENERS + 2), items: new Int32Array(0) };
  expect(() => rankByEase({ train: many, itemCount: 1, k: 1 }, 1)).toThrow('would not fit');
});
