import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  mrrAtK,
  ndcgAtK,
  plainRecallAtK,
  precisionAtK,
  recallAtK,
} from '../../../shared/evaluation/metrics.ts';

const measures = { recallAtK, plainRecallAtK, precisionAtK, ndcgAtK, mrrAtK };

describe('by hand', () => {
  // Hits at places 2 and 4 of five; three are relevant.
  const ranked = ['x', 'a', 'y', 'b', 'z'];
  const relevant = new Set(['a', 'b', 'c']);

  test('both recalls, precision and reciprocal rank', () => {
    expect(recallAtK(ranked, relevant, 5)).toBeCloseTo(2 / 3, 12);
    expect(recallAtK(ranked, relevant, 2)).toBeCloseTo(1 / 2, 12);
    expect(plainRecallAtK(ranked, relevant, 2)).toBeCloseTo(1 / 3, 12);
    expect(precisionAtK(ranked, relevant, 5)).toBeCloseTo(2 / 5, 12);
    expect(precisionAtK(ranked, relevant, 10)).toBeCloseTo(2 / 10, 12);
    expect(mrrAtK(ranked, relevant, 5)).toBe(1 / 2);
    expect(mrrAtK(ranked, relevant, 1)).toBe(0);
  });

  test('NDCG is (1/log2 3 + 1/log2 5) / (1 + 1/log2 3 + 1/2)', () => {
    // 0.6309298 + 0.4306766 = 1.0616063 over 2.1309298.
    expect(ndcgAtK(ranked, relevant, 5)).toBeCloseTo(0.498189, 6);
    // At 2 the ideal has two hits: 0.6309298 / 1.6309298.
    expect(ndcgAtK(ranked, relevant, 2)).toBeCloseTo(0.386853, 6);
  });

  test('an empty list scores 0, a repeated hit counts once', () => {
    for (const measure of Object.values(measures)) {
      expect(measure([], relevant, 5)).toBe(0);
      expect(measure(['a', 'a', 'a'], relevant, 3)).toBe(measure(['a', 'x', 'y'], relevant, 3));
    }
  });

  test.each(Object.entries(measures))(
    '%s refuses nothing relevant and a k that is no place',
    (_, measure) => {
      expect(() => measure(['a'], new Set(), 5)).toThrow(RangeError);
      for (const k of [0, -1, 1.5, Number.NaN])
        expect(() => measure(['a'], new Set(['a']), k)).toThrow(`${k}`);
    },
  );
});

describe('laws', () => {
  const arbitrary = fc.record({
    ranked: fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 25 }),
    relevant: fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 15 }),
    k: fc.integer({ min: 1, max: 30 }),
  });

  test('agree with brute-force twins', () => {
    fc.assert(
      fc.property(arbitrary, ({ ranked, relevant, k }) => {
        const set = new Set(relevant);
        const gains = Array.from({ length: k }, (_, place) => {
          const item = ranked[place];
          return item !== undefined && relevant.includes(item) ? 1 : 0;
        });
        const hits = gains.filter((gain) => gain === 1).length;
        const dcg = (list: number[]) =>
          list.reduce((sum, gain, place) => sum + (gain * Math.LN2) / Math.log(place + 2), 0);
        const best = Array.from({ length: k }, (_, place) => (place < relevant.length ? 1 : 0));
        const first = gains.indexOf(1);
        expect(recallAtK(ranked, set, k)).toBeCloseTo(hits / Math.min(k, relevant.length), 12);
        expect(plainRecallAtK(ranked, set, k)).toBeCloseTo(hits / relevant.length, 12);
        expect(precisionAtK(ranked, set, k)).toBeCloseTo(hits / k, 12);
        expect(ndcgAtK(ranked, set, k)).toBeCloseTo(dcg(gains) / dcg(best), 12);
        expect(mrrAtK(ranked, set, k)).toBeCloseTo(first < 0 ? 0 : 1 / (first + 1), 12);
      }),
    );
  });

  test('stay within 0 and 1; a ranking that starts with all that is relevant reaches 1', () => {
    fc.assert(
      fc.property(arbitrary, ({ ranked, relevant, k }) => {
        const set = new Set(relevant);
        for (const measure of Object.values(measures)) {
          const value = measure(ranked, set, k);
          expect(value >= 0 && value <= 1).toBe(true);
        }
        const perfect = [...relevant, ...ranked.filter((item) => !set.has(item))];
        for (const measure of [recallAtK, ndcgAtK, mrrAtK])
          expect(measure(perfect, set, k)).toBeCloseTo(1, 12);
      }),
    );
  });

  test('renaming the items changes nothing, and neither does the order of what is relevant', () => {
    fc.assert(
      fc.property(arbitrary, fc.integer(), ({ ranked, relevant, k }, shift) => {
        const rename = (item: number) => `item-${item + (shift % 1000)}`;
        for (const measure of Object.values(measures))
          expect(measure(ranked.map(rename), new Set([...relevant].reverse().map(rename)), k)).toBe(
            measure(ranked, new Set(relevant), k),
          );
      }),
    );
  });

  test('shuffling places within k leaves recall alone; moving a hit up never lowers NDCG', () => {
    fc.assert(
      fc.property(arbitrary, fc.nat(), ({ ranked, relevant, k }, at) => {
        const set = new Set(relevant);
        const top = ranked.slice(0, k);
        expect(recallAtK([...top].reverse(), set, k)).toBe(recallAtK(top, set, k));
        const place = top.length > 1 ? 1 + (at % (top.length - 1)) : 0;
        const [above, below] = [top[place - 1], top[place]];
        if (above === undefined || below === undefined || set.has(above) || !set.has(below)) return;
        const better = top.with(place - 1, below).with(place, above);
        expect(ndcgAtK(better, set, k)).toBeGreaterThan(ndcgAtK(top, set, k));
      }),
    );
  });
});
