import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MODEL_FEATURES } from '../../shared/domain/ranking-model.ts';
import {
  type ComparedCurves,
  compareCurves,
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
    weeks: fc.nat({ max: 2 }),
    heard: fc.integer({ min: 1, max: 50 }),
    stayed: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ stayed, ...rest }) => ({ ...rest, retained: Math.round(stayed * rest.heard) }));
const anyExamples = fc.array(anyExample, { minLength: 1, maxLength: 40 });

/** Log posterior by its definition, one example at a time, the best constant of each age found by bisection. */
function posteriorOf(
  examples: readonly ExampleCount[],
  weights: readonly number[],
  precision: number,
): number {
  const ofAge = (age: readonly ExampleCount[]) => {
    const at = (constant: number) => {
      let sum = -(constant * constant * 1e-3) / 2;
      let slope = -constant * 1e-3;
      for (const { features, heard, retained } of age) {
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
  };
  const ages = [...Map.groupBy(examples, ({ weeks }) => weeks).values()];
  const prior = weights.reduce((sum, weight) => sum + (precision * weight * weight) / 2, 0);
  return ages.reduce((sum, age) => sum + ofAge(age), -prior);
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
    return { features, heldOut: at % 5 === 0, weeks: at % 3, heard, retained };
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
      weeks: 0,
      heard: 1_000_000,
      retained: value * 1_000_000,
    }));
    expect(fitLogistic(parted, 1).every((weight) => Number.isFinite(weight) && weight > 0)).toBe(true);
    expect(
      fitLogistic([{ ...(parted[0] as ExampleCount), features: [1, 0, 0, 0, 0, 0, 0] }], 1)[0],
    ).toBeLessThan(0);
  });
});

/** Every serving for itself. */
const flat = (examples: readonly ExampleCount[]) =>
  examples.flatMap(({ features, weeks, heard, retained }) =>
    Array.from({ length: heard }, (_, at) => ({ features, weeks, stayed: at < retained })),
  );

test('the area under the curve is the share of pairs of one age in order', () => {
  fc.assert(
    fc.property(anyExamples, fc.array(tenth, { minLength: SIZE, maxLength: SIZE }), (examples, weights) => {
      const score = ({ features }: { features: readonly number[] }) =>
        features.reduce((sum, value, at) => sum + (weights[at] as number) * value, 0);
      let [inOrder, pairs] = [0, 0];
      const all = flat(examples);
      for (const a of all)
        for (const b of all) {
          if (!a.stayed || b.stayed || a.weeks !== b.weeks) continue;
          const [left, right] = [score(a), score(b)];
          pairs += 1;
          inOrder += left > right ? 1 : left === right ? 0.5 : 0;
        }
      const compared = compareCurves(examples, weights, weights);
      expect(compared === undefined).toBe(pairs === 0);
      if (compared === undefined) return;
      expect(compared.auc).toBeCloseTo(inOrder / pairs, 9);
      expect(compared.other).toBe(compared.auc);
      expect(compared.error).toBe(0);
    }),
    { numRuns: 30 },
  );
});

test('the standard error of a difference is that of samples drawn again and again', () => {
  const [one, two] = [
    [1, 0, 0, 0, 0, 1, 0],
    [1, 1, 0, 0, 0, 0, 0],
  ];
  const drawn = Array.from(
    { length: 300 },
    (_, seed) =>
      compareCurves(generated(TRUTH, 200, 100 + seed), one as number[], two as number[]) as ComparedCurves,
  );
  const differences = drawn.map(({ auc, other }) => auc - other);
  const mean = differences.reduce((a, b) => a + b, 0) / differences.length;
  const spread = Math.sqrt(
    differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (differences.length - 1),
  );
  const told = drawn.reduce((sum, { error }) => sum + error, 0) / drawn.length;
  expect(told / spread).toBeGreaterThan(0.85);
  expect(told / spread).toBeLessThan(1.15);
});

describe('a trained model', () => {
  const options = {
    configured: [480, 1500, 160, 190, 0, 0, 0],
    leastExamples: 200,
    priorPrecision: 1,
    leastLead: 2,
  };

  test('is used where it orders listeners it did not see better than the configured weights', () => {
    const trained = trainRankingModel(generated(TRUTH, 4_000, 2), options);
    expect(trained.used).toBe(true);
    expect(trained.auc as number).toBeGreaterThan(trained.configuredAuc as number);
    expect(trained.weights[5]).toBeGreaterThan(trained.weights[3] as number);
  });

  test('of what has nothing to do with its features is hardly ever used', () => {
    let used = 0;
    for (let seed = 0; seed < 100; seed++)
      if (trainRankingModel(generated([0, 0, 0, 0, 0, 0, 0], 1_000, 1_000 + seed), options).used) used += 1;
    expect(used).toBeLessThan(12);
  });

  test('is not used where what stays follows the configured weights', () => {
    let used = 0;
    const follows = options.configured.map((weight) => weight / 500);
    for (let seed = 0; seed < 50; seed++)
      if (trainRankingModel(generated(follows, 1_000, 2_000 + seed), options).used) used += 1;
    expect(used).toBeLessThan(6);
  });

  test('does not take what was served of late for what does not stay', () => {
    // Of what was served a week ago little had the time to stay, and all of it is by known artists.
    const random = createRandom(7, 'ages');
    const examples = Array.from({ length: 8_000 }, (_, at) => {
      const weeks = at % 2;
      const known = weeks === 0 || random.next() < 0.3 ? 1 : 0;
      const stays = random.next() < (weeks === 0 ? 0.1 : 0.4) ? 1 : 0;
      const features = [random.next(), 0, 0, 0, 0, known, 1 - known];
      return { features, heldOut: at % 5 === 0, weeks, heard: 1, retained: stays };
    });
    const [, , , , , known = 0, fresh = 0] = fitLogistic(examples, 1);
    expect(Math.abs(known - fresh)).toBeLessThan(0.3);
    const ageless = fitLogistic(
      examples.map((one) => ({ ...one, weeks: 0 })),
      1,
    );
    expect((ageless[6] ?? 0) - (ageless[5] ?? 0)).toBeGreaterThan(1);
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
    [
      'no week with both outcomes among those held out',
      generated(TRUTH, 4_000, 8).map((one) => ({
        ...one,
        weeks: one.retained * 2 > one.heard ? 4 : 0,
        retained: one.heldOut ? (one.retained * 2 > one.heard ? one.heard : 0) : one.retained,
      })),
    ],
    ['nobody held out', generated(TRUTH, 4_000, 6).map((one) => ({ ...one, heldOut: false }))],
  ])('is none of %s', (_, examples) => {
    const trained = trainRankingModel(examples, options);
    expect(trained).toMatchObject({ used: false, auc: null, configuredAuc: null });
    expect(trained.weights.every((weight) => weight === 0)).toBe(true);
  });
});
