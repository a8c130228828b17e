import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  calibrationGap,
  discoveryRate,
  genreCounts,
  genreDistance,
  intraListDistance,
  meanOfKnown,
  percentileAmong,
} from '../../../shared/evaluation/list-measures.ts';

const GENRES: Readonly<Record<string, readonly string[]>> = {
  a: ['rock'],
  b: ['rock', 'jazz'],
  c: ['jazz'],
  d: ['folk'],
  none: [],
};
const genresOf = (item: string) => GENRES[item] ?? [];
const distance = (a: string, b: string) => genreDistance(genresOf(a), genresOf(b));

describe('intra-list distance', () => {
  test('by hand', () => {
    expect(genreDistance(['rock'], ['rock', 'jazz', 'jazz'])).toBe(0.5);
    expect(genreDistance([], ['rock'])).toBeNull();
    // a–b ½, a–c 1, b–c ½.
    expect(intraListDistance(['a', 'b', 'c'], distance)).toBeCloseTo(2 / 3, 12);
    expect(intraListDistance(['a', 'a'], distance)).toBe(0);
  });

  test('leaves out what is not known, and is nothing for one item', () => {
    expect(intraListDistance(['a', 'none', 'c'], distance)).toBe(1);
    expect(intraListDistance(['a'], distance)).toBeNull();
    expect(intraListDistance(['a', 'none'], distance)).toBeNull();
  });
});

describe('calibration', () => {
  test('is 0 for a list that mirrors the history and grows as it does not', () => {
    const history = ['a', 'c'];
    expect(calibrationGap(['a', 'c'], history, genresOf)).toBeCloseTo(0, 12);
    expect(calibrationGap(['b'], history, genresOf)).toBeCloseTo(0, 12);
    const half = calibrationGap(['a', 'a', 'a', 'c'], history, genresOf) as number;
    const none = calibrationGap(['d'], history, genresOf) as number;
    expect(half).toBeGreaterThan(0.05);
    // Nothing of what is wanted: Σ p·ln(p / .01p) = ln 100.
    expect(none).toBeCloseTo(Math.log(100), 12);
    expect(none).toBeGreaterThan(half);
  });

  test('is nothing where the history has no genre; an empty list has none of what is wanted', () => {
    expect(calibrationGap(['a'], ['none'], genresOf)).toBeNull();
    expect(calibrationGap([], ['a'], genresOf)).toBeCloseTo(Math.log(100), 12);
  });

  test('an item of several genres counts once in all', () => {
    expect(genreCounts(['a', 'b', 'none'], genresOf)).toEqual(
      new Map([
        ['rock', 1.5],
        ['jazz', 0.5],
      ]),
    );
  });
});

test('the discovery rate is the share never had', () => {
  expect(discoveryRate(['a', 'b', 'c', 'd'], new Set(['a', 'z']))).toBe(0.75);
  expect(discoveryRate([], new Set(['a']))).toBeNull();
});

describe('percentile of popularity', () => {
  test('by hand: below and half of the equal', () => {
    const of = percentileAmong([3, 1, 1], 5);
    expect([0, 1, 2, 3, 4].map(of)).toEqual([0.2, 0.6, 0.8, 0.9, 1]);
  });

  test('equals the count, item by item', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 20 }),
        fc.nat({ max: 5 }),
        (heard, unheard) => {
          const all = [...heard, ...new Array<number>(unheard).fill(0)];
          const of = percentileAmong(heard, all.length);
          for (const value of all) {
            const less = all.filter((other) => other < value).length;
            const equal = all.filter((other) => other === value).length;
            expect(of(value)).toBeCloseTo((less + equal / 2) / all.length, 12);
          }
        },
      ),
    );
  });

  test('refuses a catalogue too small', () => {
    expect(() => percentileAmong([1, 2], 1)).toThrow('1 items');
    expect(() => percentileAmong([], 0)).toThrow(RangeError);
  });
});

test('a mean of what is known', () => {
  expect(meanOfKnown([1, null, 3])).toBe(2);
  expect(meanOfKnown([null])).toBeNull();
});
