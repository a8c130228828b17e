import { describe, expect, test } from 'vitest';
import { artistGini, coverage, novelty } from '../../../shared/evaluation/exposure.ts';

describe('coverage', () => {
  test('is the share of the catalogue in any list', () => {
    expect(coverage([['a', 'b'], ['b'], []], 8)).toBe(0.25);
    expect(coverage([], 8)).toBe(0);
    expect(() => coverage([['a']], 0)).toThrow(RangeError);
  });
});

describe('novelty', () => {
  test('is the mean of −log2 of the share of listeners', () => {
    const popularity = new Map([
      ['everybody', 16],
      ['half', 8],
      ['one', 1],
    ]);
    const of = (item: string) => popularity.get(item) ?? 0;
    expect(novelty(['everybody', 'half', 'one'], of, 16)).toBeCloseTo((0 + 1 + 4) / 3, 12);
    expect(novelty(['nobody'], of, 16)).toBe(4);
    expect(novelty([], of, 16)).toBeNaN();
    expect(() => novelty(['one'], of, 0)).toThrow(RangeError);
  });
});

describe('artistGini', () => {
  test('is over the artists that are shown, by how often they are', () => {
    const artistOf = (item: string) => (item === '?' ? null : (item[0] ?? null));
    expect(artistGini(['a1', 'b1'], artistOf)).toBe(0);
    // 3 and 1: |3 − 1| twice over 2·2·4.
    expect(artistGini(['a1', 'a2', 'a1', 'b1', '?'], artistOf)).toBe(0.25);
    expect(artistGini(['?'], artistOf)).toBeNull();
  });
});
