import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  greedyTarget,
  isDeterministic,
  type LoggedItem,
  type LoggedSlate,
  loggedValue,
  targetValue,
  uniformTarget,
} from '../../../shared/evaluation/logged-slates.ts';

const item = (itemId: string, fields: Partial<LoggedItem> = {}): LoggedItem => ({
  itemId,
  score: 0,
  propensity: 1,
  reward: 0,
  ...fields,
});
const scored = (...scores: number[]) => scores.map((score, place) => item(`i${place}`, { score }));

describe('targets', () => {
  test('greedy takes the best of what does not stand above', () => {
    expect(greedyTarget(scored(3, 2, 1))).toEqual([1, 1, 1]);
    // After 2, the best left is 3, then 1.
    expect(greedyTarget(scored(2, 3, 1))).toEqual([0, 1, 1]);
    expect(greedyTarget(scored(1, 2, 3))).toEqual([0, 0, 1]);
    expect(greedyTarget([item('b'), item('a')])).toEqual([0, 1]);
    expect(greedyTarget([])).toEqual([]);
  });

  test('uniform takes any of what is left', () => {
    expect(uniformTarget(scored(3, 2, 1))).toEqual([1 / 3, 1 / 2, 1]);
  });

  test('the probabilities of all orders of a slate sum to 1', () => {
    const items = scored(4, 1, 3);
    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ].map((order) => order.map((place) => items[place] as LoggedItem));
    for (const target of [greedyTarget, uniformTarget]) {
      const whole = orders.map((order) => target(order).reduce((product, p) => product * p, 1));
      expect(whole.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
    }
  });
});

/** Every order of three items as often as a uniform logging policy shows it; the reward is that of item and place. */
function uniformLog(reward: (itemId: string, place: number) => number): LoggedSlate[] {
  const scores: Readonly<Record<string, number>> = { a: 3, b: 2, c: 1 };
  return ['abc', 'acb', 'bac', 'bca', 'cab', 'cba'].map((order, listener) => ({
    listener: `l${listener}`,
    items: [...order].map((itemId, place) => ({
      itemId,
      score: scores[itemId] as number,
      propensity: [1 / 3, 1 / 2, 1][place] as number,
      reward: reward(itemId, place),
    })),
  }));
}

const options = { seed: 1, resamples: 200, places: 3 };

describe('targetValue', () => {
  test('of the logging policy itself is its mean, whatever the estimator', () => {
    const slates = uniformLog((id, place) => (id === 'a' ? 1 : 0.5) / (place + 1));
    const logged = loggedValue(slates, options).mean;
    const value = targetValue(slates, uniformTarget, options);
    expect(value.ips.mean).toBeCloseTo(logged, 12);
    expect(value.snips?.mean).toBeCloseTo(logged, 12);
    expect(value.rips?.mean).toBeCloseTo(3 * logged, 12);
    expect(value.effectiveSampleSize).toBeCloseTo(18, 9);
    expect(value.largestWeight).toBe(1);
  });

  test('of the greedy order is what that order earns', () => {
    const reward = (id: string, place: number) =>
      id === 'a' && place === 0 ? 1 : id === 'b' && place === 1 ? 0.5 : 0;
    const { rips, largestWeight } = targetValue(uniformLog(reward), greedyTarget, options);
    expect(rips).toMatchObject({ supportedPlaces: 3, slates: 6 });
    expect(rips?.mean).toBeCloseTo(1.5, 12);
    expect(largestWeight).toBeCloseTo(3, 12);
  });

  test('clipping bounds the weights and never raises the estimate', () => {
    const slates = uniformLog((id) => (id === 'a' ? 1 : 0));
    const free = targetValue(slates, greedyTarget, options);
    const clipped = targetValue(slates, greedyTarget, { ...options, clip: 1.5 });
    expect(clipped.largestWeight).toBe(1.5);
    expect(clipped.ips.mean).toBeLessThan(free.ips.mean);
  });

  test('intervals hold the estimate, repeat with the seed, and go by listener', () => {
    const slates = uniformLog((id) => (id === 'a' ? 1 : 0));
    const value = targetValue(slates, greedyTarget, options);
    for (const estimate of [value.ips, value.snips, value.rips]) {
      expect(estimate?.low).toBeLessThanOrEqual(estimate?.mean as number);
      expect(estimate?.high).toBeGreaterThanOrEqual(estimate?.mean as number);
    }
    expect(targetValue(slates, greedyTarget, options)).toEqual(value);
    // One listener is no sample of listeners: drawn again and again, they are always the same.
    const alone = targetValue(
      slates.map((slate) => ({ ...slate, listener: 'one' })),
      greedyTarget,
      options,
    );
    expect(alone.ips.low).toBe(alone.ips.high);
    expect(value.ips.low).toBeLessThan(value.ips.high);
  });

  test('shorter slates are left out of RIPS alone, longer ones are cut', () => {
    const slates = uniformLog(() => 1).map((slate, index) =>
      index < 2 ? { ...slate, items: slate.items.slice(0, 1) } : slate,
    );
    const two = targetValue(slates, uniformTarget, { ...options, places: 2 });
    expect(two.rips).toMatchObject({ slates: 4 });
    expect(two.rips?.mean).toBeCloseTo(2, 12);
    expect(two.items).toBe(14);
    expect(targetValue(slates, uniformTarget, { ...options, places: 4 }).rips).toBeNull();
  });

  test('a propensity out of range is named with its slate', () => {
    const slates = [...uniformLog(() => 1), { listener: 'x', items: [item('a', { propensity: 0 })] }];
    expect(() => targetValue(slates, greedyTarget, options)).toThrow('Slate 6: The propensity at place 0');
    expect(() => targetValue([], greedyTarget, options)).toThrow('no logged item');
    expect(() => loggedValue([], options)).toThrow('no logged item');
  });

  test('the order of the log does not matter', () => {
    const slates = uniformLog((id, place) => (id === 'a' ? 1 : 0) * (place + 1));
    fc.assert(
      fc.property(fc.shuffledSubarray(slates, { minLength: slates.length }), (shuffled) => {
        const value = targetValue(shuffled, greedyTarget, { ...options, resamples: 5 });
        const known = targetValue(slates, greedyTarget, { ...options, resamples: 5 });
        expect(value.ips.mean).toBeCloseTo(known.ips.mean, 12);
        expect(value.rips?.mean).toBeCloseTo(known.rips?.mean as number, 12);
      }),
      { numRuns: 20 },
    );
  });
});

test('chance had a part where a propensity is below 1', () => {
  expect(isDeterministic([{ listener: 'l', items: scored(2, 1) }])).toBe(true);
  expect(isDeterministic(uniformLog(() => 1))).toBe(false);
});
