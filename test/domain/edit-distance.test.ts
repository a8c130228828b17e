import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { forgivenSlips, trigramSimilarity, wordDistance } from '../../shared/domain/edit-distance.ts';

/** Optimal string alignment by its recursive definition. */
function plainDistance(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  const rest = plainDistance(a.slice(0, -1), b.slice(0, -1)) + (a.at(-1) === b.at(-1) ? 0 : 1);
  const shorter = Math.min(plainDistance(a.slice(0, -1), b), plainDistance(a, b.slice(0, -1))) + 1;
  const swapped = a.length > 1 && b.length > 1 && a.at(-1) === b.at(-2) && a.at(-2) === b.at(-1);
  const swap = swapped ? plainDistance(a.slice(0, -2), b.slice(0, -2)) + 1 : Number.POSITIVE_INFINITY;
  return Math.min(rest, shorter, swap);
}

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });

describe('the distance of words', () => {
  test('is that of its definition, cut off above the most of interest', () => {
    fc.assert(
      fc.property(word, word, fc.integer({ min: 0, max: 3 }), (a, b, most) => {
        const { whole, beginning } = wordDistance(a, b, most);
        expect(whole).toBe(Math.min(most + 1, plainDistance(a, b)));
        const beginnings = Array.from({ length: b.length + 1 }, (_, n) => plainDistance(a, b.slice(0, n)));
        expect(Math.min(most + 1, beginning)).toBe(Math.min(most + 1, ...beginnings));
      }),
      { numRuns: 400 },
    );
  });

  test.each([
    ['metalica', 'metallica', 1],
    ['recieve', 'receive', 1],
    ['lvoe', 'love', 1],
    ['shakespear', 'shakespeare', 1],
    ['kitten', 'sitting', 3],
    ['x'.repeat(64), 'x'.repeat(64), 4],
  ])('of %s and %s is %i', (a, b, distance) => {
    expect(wordDistance(a, b, 3).whole).toBe(distance);
  });

  test('counts as slips only in words of some length, and never in numbers', () => {
    expect(['one', 'four', 'sevenly', 'eighteen', '1984', 'blink182'].map(forgivenSlips)).toEqual([
      0, 1, 1, 2, 0, 0,
    ]);
  });
});

test('trigrams of equal words are alike, of unlike ones not, the same either way round', () => {
  expect(trigramSimilarity('harbor', 'harbor')).toBe(1);
  expect(trigramSimilarity('abc', 'xyz')).toBe(0);
  // `  n`, ` ni`, `nig`, `igh`, `ght`, `ht ` and `  n`, ` ni`, `nit`, `ite`, `te `: 2 shared of 11.
  expect(trigramSimilarity('night', 'nite')).toBeCloseTo(4 / 11, 12);
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(trigramSimilarity(a, b)).toBe(trigramSimilarity(b, a));
    }),
  );
});
