import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MODEL_FEATURES } from '../../shared/domain/ranking-model.ts';
import {
  areaUnderCurve,
  type ExampleCount,
  fitLogistic,
  trainRankingModel,
} from '../../shared/domain/ranking-training.ts';
import { createRandom } from '../../shared/random.ts';

const SIZE = MODEL_FEATURES.length;
const tenth = fc.integer({ min: 0, max: 10 }).map((value) => value / 10);
const anyExample: fc.Arbitrary<ExampleCount> = fc
  .record({
    features: fc.array(tenth, { minLength: SIZE, maxLength: SIZE }),
    heldOut: fc.boolean(),
    heard: fc.integer({ min: 1, max: 50 }),
    stayed: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ stayed, ...rest }) => ({ ...rest, retained: Math.round(stayed * rest.heard) }));
const anyExamples = fc.array(anyExample, { minLength: 1, maxLength: 40 });

/** Log posterior by its definition, one example at a time, the best constant found by bisection. */
function posteriorOf(
  examples: readonly ExampleCount[],
  weights: readonly number[],
  precision: number,
): number {
  const at = (constant: number) => {
    let sum = -(constant * constant * 1e-3) / 2 - weights.reduce((s, w) => s + (precision * w * w) / 2, 0);
    let slope = -constant * 1e-3;
    for (const { features, heard, retained } of examples) {
      const logit = constant + features.reduce((s, value, i) => s + value * (weights[i] as number), 0);
      const chance = 1 / (1 + Math.exp(-logit));
      sum +=
        retained * Math.log(Math.max(chance, 1e-300)) +
        (heard - retained) * Math.log(Math.max(1 - chance, 1e-300));
      slope += retained - heard * chance;
    }
    return { sum, slope };
  };
  let [low, high] = [-60, 60];
  for (let step = 0; step < 80; step++) {
    const middle = (low + high) / 2;
    if (at(middle).slope > 0) low = middle;
    else high = middle;
  }
  return at((low + high) / 2).sum;
}

/** Servings whose chance to stay follows `truth`, of listeners of whom every fifth is held out. */
function generated(truth: readonly number[], count: number, seed: number): ExampleCount[] {
  const random = createRandom(seed, 'examples');
  return Array.from({ length: count }, (_, at) => {
    const features = truth.map(() => Math.round(random.next() * 10) / 10);
    const logit = -2 + features.reduce((sum, value, i) => sum + value * (truth[i] as number), 0);
    const heard = 5;
    let retained = 0;
    for (let one = 0; one < heard; one++) if (random.next() < 1 / (1 + Math.exp(-logit))) retained += 1;
    return { features, heldOut: at % 5 === 0, heard, retained };
  });
}

const TRUTH = [1.5, 1, 0, -0.5, 0.3, 2.5, 0.8];

describe('fitting', () => {
  test('finds the weights that examples were made with', () => {
    const found = fitLogistic(generated(TRUTH, 20_000, 1), 1);
    for (const [at, weight] of TRUTH.entries())
      expect(Math.abs((found[at] as number) - weight)).toBeLessThan(0.1);
  });

  test('ends where no small change of a weight is more probable', () => {
    fc.assert(
      fc.property(anyExamples, fc.constantFrom(0.1, 1, 10), (examples, precision) => {
        const found = fitLogistic(examples, precision);
        const best = posteriorOf(examples, found, precision);
        for (let at = 0; at < SIZE; at++)
          for (const change of [-0.01, 0.01])
            expect(
              posteriorOf(
                examples,
                found.map((weight, i) => (i === at ? weight + change : weight)),
                precision,
              ),
            ).toBeLessThanOrEqual(best + 1e-9);
      }),
      { numRuns: 60 },
    );
  });

  test('settles on examples that a line would part, and on no examples of one outcome', () => {
    const parted = [0, 1].map((value) => ({
      features: MODEL_FEATURES.map(() => value),
      heldOut: false,
      heard: 1_000_000,
      retained: value * 1_000_000,
    }));
    expect(fitLogistic(parted, 1).every((weight) => Number.isFinite(weight) && weight > 0)).toBe(true);
    expect(
      fitLogistic([{ ...(parted[0] as ExampleCount), features: [1, 0, 0, 0, 0, 0, 0] }], 1)[0],
    ).toBeLessThan(0);
  });
});

test('the area under the curve is the share of pairs in order', () => {
  fc.assert(
    fc.property(anyExamples, fc.array(tenth, { minLength: SIZE, maxLength: SIZE }), (examples, weights) => {
      const flat = examples.flatMap(({ features, heard, retained }) => {
        const score = features.reduce((sum, value, at) => sum + (weights[at] as number) * value, 0);
        return Array.from({ length: heard }, (_, at) => ({ score, stayed: at < retained }));
      });
      const [stayed, left] = [flat.filter((one) => one.stayed), flat.filter((one) => !one.stayed)];
      if (stayed.length === 0 || left.length === 0) return;
      let pairs = 0;
      for (const a of stayed)
        for (const b of left) pairs += a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0;
      expect(areaUnderCurve(examples, weights)).toBeCloseTo(pairs / (stayed.length * left.length), 9);
    }),
    { numRuns: 30 },
  );
});

describe('a trained model', () => {
  const options = { configured: [480, 1500, 160, 190, 0, 0, 0], leastExamples: 200, priorPrecision: 1 };

  test('is used where it orders listeners it did not see better than the configured weights', () => {
    const trained = trainRankingModel(generated(TRUTH, 4_000, 2), options);
    expect(trained.used).toBe(true);
    expect(trained.auc as number).toBeGreaterThan(trained.configuredAuc as number);
    expect(trained.weights[5]).toBeGreaterThan(trained.weights[3] as number);
  });

  test('is not used where the configured weights are those that examples were made with', () => {
    // The training part is of another truth, so that what is learned is wrong for who judges.
    const judges = generated(TRUTH, 2_000, 3).filter(({ heldOut }) => heldOut);
    const training = generated(
      TRUTH.map((weight) => -weight),
      10_000,
      4,
    ).filter(({ heldOut }) => !heldOut);
    const trained = trainRankingModel([...training, ...judges], { ...options, configured: TRUTH });
    expect(trained.used).toBe(false);
    expect(trained.weights).toEqual(MODEL_FEATURES.map(() => 0));
    expect(trained.auc as number).toBeLessThan(0.5);
  });

  test.each([
    ['no examples', [] as ExampleCount[]],
    ['too few that stayed', generated(TRUTH, 4_000, 5).map((one) => ({ ...one, retained: 0 }))],
    ['nobody held out', generated(TRUTH, 4_000, 6).map((one) => ({ ...one, heldOut: false }))],
  ])('is none of %s', (_, examples) => {
    const trained = trainRankingModel(examples, options);
    expect(trained).toMatchObject({ used: false, auc: null, configuredAuc: null });
    expect(trained.weights.every((weight) => weight === 0)).toBe(true);
  });
});
