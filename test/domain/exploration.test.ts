import fc from 'fast-check';
import { expect, test } from 'vitest';
import { explore, NO_EXPLORATION } from '../../shared/domain/exploration.ts';
import { createRandom } from '../../shared/random.ts';

const letters = ['a', 'b', 'c', 'd', 'e', 'f'];

test('without exploration the best come in order, with certainty, and no chance is asked', () => {
  const never = () => {
    throw new Error('nothing was to be drawn');
  };
  expect(explore(letters, 3, NO_EXPLORATION, never)).toEqual(
    ['a', 'b', 'c'].map((item) => ({ item, propensity: 1 })),
  );
});

test('nothing comes twice, and fewer than asked only where fewer are there', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer(), { maxLength: 30 }),
      fc.nat(40),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 1, max: 12 }),
      fc.nat(),
      (ranked, count, share, among, seed) => {
        const chosen = explore(ranked, count, { share, among }, createRandom(seed, 'explore').next);
        expect(new Set(chosen.map(({ item }) => item)).size).toBe(Math.min(count, ranked.length));
        for (const { propensity } of chosen) expect(propensity).toBeGreaterThan(0);
        for (const { propensity } of chosen) expect(propensity).toBeLessThanOrEqual(1 + 1e-12);
      },
    ),
  );
});

test('what is told as propensity is how often it happens, whole lists included', () => {
  const weights = { share: 0.4, among: 3 };
  const random = createRandom(7, 'frequencies').next;
  const runs = 200_000;
  const seen = new Map<string, { times: number; told: number }>();
  for (let run = 0; run < runs; run++) {
    const list = explore(letters.slice(0, 4), 2, weights, random);
    const key = list.map(({ item }) => item).join('');
    const told = list.reduce((product, { propensity }) => product * propensity, 1);
    const known = seen.get(key) ?? { times: 0, told };
    expect(known.told).toBeCloseTo(told, 12);
    seen.set(key, { times: known.times + 1, told });
  }
  let total = 0;
  for (const { times, told } of seen.values()) {
    total += told;
    // Five standard errors of a share.
    expect(Math.abs(times / runs - told)).toBeLessThan(5 * Math.sqrt((told * (1 - told)) / runs));
  }
  expect(total).toBeCloseTo(1, 12);
});

test('values out of range are told by name', () => {
  expect(() => explore(letters, 1, { share: 1.1, among: 2 }, Math.random)).toThrow('share');
  expect(() => explore(letters, 1, { share: Number.NaN, among: 2 }, Math.random)).toThrow('share');
  expect(() => explore(letters, 1, { share: 0.1, among: 0 }, Math.random)).toThrow('among');
});
