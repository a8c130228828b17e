import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildIdOf, cutoffOf } from '../../shared/domain/build-id.ts';
import { bareItem, type CatalogueItem, mergeDescriptions } from '../../shared/domain/item.ts';

const described = (source: string, updatedAt: number, rest: Partial<CatalogueItem> = {}) => ({
  ...bareItem('x', source, updatedAt),
  ...rest,
});

describe('merging descriptions', () => {
  test('each attribute from the newest that knows it', () => {
    const merged = mergeDescriptions([
      described('a', 1, { title: 'Old', genres: ['jazz'], tempo: 100, explicit: false }),
      described('b', 3, { title: 'New', genres: [] }),
      described('c', 2, { title: 'Middle', tempo: 120, album: 'Al' }),
    ]);
    expect(merged).toMatchObject({
      title: 'New',
      genres: ['jazz'],
      tempo: 120,
      album: 'Al',
      explicit: false,
      source: 'b',
    });
  });

  test('zero and false are known', () => {
    const merged = mergeDescriptions([
      described('old', 1, { explicit: true, energy: 0.9, key: 5 }),
      described('new', 2, { explicit: false, energy: 0, key: 0 }),
    ]);
    expect(merged).toMatchObject({ explicit: false, energy: 0, key: 0 });
  });

  test('whatever the order they come in', () => {
    const description = fc.record({
      source: fc.constantFrom('a', 'b', 'c', 'd'),
      updatedAt: fc.integer({ min: 0, max: 3 }),
      title: fc.constantFrom(null, 'T', 'U'),
      genres: fc.constantFrom([], ['g'], ['h', 'g']),
      tempo: fc.constantFrom(null, 1, 2),
    });
    fc.assert(
      fc.property(
        fc
          .uniqueArray(description, { selector: ({ source }) => source, minLength: 1 })
          .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([all, shuffled]) => {
          const items = (list: typeof all) =>
            list.map(({ source, updatedAt, ...rest }) => described(source, updatedAt, rest));
          expect(mergeDescriptions(items(shuffled))).toEqual(mergeDescriptions(items(all)));
        },
      ),
    );
  });

  test('of none is an error', () => {
    expect(() => mergeDescriptions([])).toThrow(RangeError);
  });
});

describe('build ids', () => {
  test('sort as their instants and come back', () => {
    fc.assert(
      fc.property(fc.nat({ max: 99_999_999_999_999 }), fc.nat({ max: 99_999_999_999_999 }), (a, b) => {
        expect(cutoffOf(buildIdOf(a))).toBe(a);
        expect(buildIdOf(a) < buildIdOf(b)).toBe(a < b);
      }),
    );
  });

  test.each(['', 'b1', 'b0000000000001x', '../b00000000000001', 'c00000000000001'])('%j is none', (text) => {
    expect(cutoffOf(text)).toBeUndefined();
  });
});
