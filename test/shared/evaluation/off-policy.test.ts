import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  effectiveSampleSize,
  importanceWeights,
  ips,
  rips,
  snips,
} from '../../../shared/evaluation/off-policy.ts';

const W = [0.5, 2, 1, 0.25];
const R = [1, 0, 1, 1];

describe('single choices', () => {
  test('by the published example', () => {
    expect(ips(W, R)).toBe(0.4375);
    expect(snips(W, R)).toBeCloseTo(0.4667, 4);
    expect(effectiveSampleSize(W)).toBeCloseTo(2.647, 3);
  });

  test('no weight above 0 tells nothing of the ratio', () => {
    expect(ips([0, 0], [1, 1])).toBe(0);
    expect(snips([0, 0], [1, 1])).toBeNull();
    expect(effectiveSampleSize([0, 0])).toBe(0);
  });

  test('weights are ratios, clipped where asked', () => {
    expect(importanceWeights([1, 0, 0.5], [0.5, 0.25, 0.125])).toEqual([2, 0, 4]);
    expect(importanceWeights([1, 0, 0.5], [0.5, 0.25, 0.125], 3)).toEqual([2, 0, 3]);
  });

  test.each([
    ['a propensity of 0', () => importanceWeights([1], [0]), 'propensity at place 0'],
    ['a propensity above 1', () => importanceWeights([1, 1], [1, 1.5]), 'propensity at place 1'],
    ['a propensity that is no number', () => importanceWeights([1], [Number.NaN]), 'propensity at place 0'],
    ['a target probability above 1', () => importanceWeights([2], [1]), 'target probability at place 0'],
    ['unequal lists', () => importanceWeights([1, 1], [1]), '2 target probabilities'],
    ['a clip of 0', () => importanceWeights([1], [1], 0), 'clip'],
    ['no choice', () => ips([], []), 'no choice'],
    ['rewards of another number', () => snips([1], [1, 1]), '1 weights'],
    ['a negative weight', () => ips([-1], [1]), '-1'],
    ['an infinite weight', () => effectiveSampleSize([Number.POSITIVE_INFINITY]), 'Infinity'],
    ['a reward that is no number', () => ips([1], [Number.NaN]), 'NaN'],
    [
      'ragged weights',
      () =>
        rips(
          [[1, 1], [1]],
          [
            [1, 1],
            [1, 1],
          ],
        ),
      'Slate 1 has 1 weights and 2 rewards',
    ],
    [
      'ragged rewards',
      () =>
        rips(
          [
            [1, 1],
            [1, 1],
          ],
          [[1, 1], [1]],
        ),
      'Slate 1 has 2 weights and 1 rewards',
    ],
    ['no slate', () => rips([], []), 'no slate'],
    ['slates drawn never', () => rips([[1]], [[1]], [0]), 'no slate'],
  ])('%s is refused and named', (_, estimate, says) => {
    expect(estimate).toThrow(RangeError);
    expect(estimate).toThrow(says);
  });

  test('choosing at random and weighing recovers the other policy’s mean', () => {
    // Exhaustive rather than drawn: each action as often as the logging policy takes it.
    const logged = [0.5, 0.3, 0.2];
    const target = [0.1, 0.1, 0.8];
    const reward = [1, 0.5, 0.25];
    const choices = logged.flatMap((p, action) => Array.from({ length: p * 10 }, () => action));
    const weights = choices.map((a) => (target[a] as number) / (logged[a] as number));
    const expected = target.reduce((sum, p, a) => sum + p * (reward[a] as number), 0);
    const earned = choices.map((a) => reward[a] as number);
    expect(ips(weights, earned)).toBeCloseTo(expected, 12);
    expect(snips(weights, earned)).toBeCloseTo(expected, 12);
  });
});

describe('slates', () => {
  test('by hand', () => {
    // Place 0: Σw = 4, W = (2·1/4, 2·3/4) = (.5, 1.5). Place 1: Σ = .5·2 + 1.5·1 = 2.5, W = (2·1/2.5, 2·1.5/2.5) = (.8, 1.2).
    const weights = [
      [1, 2],
      [3, 1],
    ];
    const rewards = [
      [1, 0],
      [0, 1],
    ];
    expect(rips(weights, rewards)).toEqual({ value: (0.5 + 1.2) / 2, supportedPlaces: 2 });
  });

  /** The formula as it is written, products spelled out. */
  const twin = (w: readonly number[][], r: readonly number[][]): number => {
    const n = w.length;
    const W = (slate: number, place: number): number =>
      place < 0
        ? 1
        : (n * W(slate, place - 1) * (w[slate]?.[place] ?? 0)) /
          w.reduce((sum, row, m) => sum + W(m, place - 1) * (row[place] ?? 0), 0);
    return (
      r.reduce((sum, row, slate) => sum + row.reduce((s, x, place) => s + W(slate, place) * x, 0), 0) / n
    );
  };
  const slates = fc
    .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 4 }))
    .chain(([n, places]) => {
      const rows = (from: number) =>
        fc.array(
          fc.array(fc.double({ min: from, max: 4, noNaN: true }), { minLength: places, maxLength: places }),
          { minLength: n, maxLength: n },
        );
      return fc.record({ weights: rows(0.01), rewards: rows(0) });
    });

  test('any slates by the recursive formula', () => {
    fc.assert(
      fc.property(slates, ({ weights, rewards }) => {
        expect(rips(weights, rewards).value).toBeCloseTo(twin(weights, rewards), 9);
      }),
    );
  });

  test('of one place it is SNIPS; of equal weights the mean', () => {
    expect(
      rips(
        W.map((w) => [w]),
        R.map((r) => [r]),
      ).value,
    ).toBeCloseTo(snips(W, R) as number, 12);
    fc.assert(
      fc.property(slates, ({ rewards }) => {
        const sums = rewards.map((row) => row.reduce((sum, x) => sum + x, 0));
        const equal = rewards.map((row) => row.map(() => 2));
        expect(rips(equal, rewards).value).toBeCloseTo(sums.reduce((a, b) => a + b, 0) / sums.length, 9);
      }),
    );
  });

  test('a slate drawn twice counts like two slates', () => {
    const weights = [
      [1, 2],
      [3, 1],
      [0.5, 0.5],
    ];
    const rewards = [
      [1, 0],
      [0, 1],
      [1, 1],
    ];
    const doubled = [0, 0, 1].map(
      (slate) => [weights[slate] as number[], rewards[slate] as number[]] as const,
    );
    expect(rips(weights, rewards, [2, 1, 0]).value).toBeCloseTo(
      rips(
        doubled.map(([w]) => w),
        doubled.map(([, r]) => r),
      ).value,
      12,
    );
  });

  test('what no slate agrees with is told rather than made up', () => {
    expect(
      rips(
        [
          [1, 0],
          [1, 0],
        ],
        [
          [1, 1],
          [0, 1],
        ],
      ),
    ).toEqual({ value: 0.5, supportedPlaces: 1 });
  });
});
