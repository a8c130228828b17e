import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Candidate, GENERATORS, parsePool } from '../../shared/domain/candidate.ts';
import {
  MODEL_FEATURES,
  modelParts,
  orderByModel,
  parseModelLine,
} from '../../shared/domain/ranking-model.ts';

function candidate(itemId: string, evidence: Candidate['evidence'], artistPlays: number | null): Candidate {
  return {
    itemId,
    recordingId: itemId,
    artistId: null,
    tempo: null,
    key: null,
    mode: null,
    energy: null,
    explicit: false,
    genre: null,
    score: (Number(itemId.replace(/\D/g, '')) * 37) % 101,
    artistPlays,
    evidence,
  };
}

const share = fc.integer({ min: 0, max: 1000 }).map((thousandths) => thousandths / 1000);
const anyCandidates = fc
  .array(
    fc.record({
      evidence: fc.uniqueArray(
        fc.record({ generator: fc.constantFrom(...GENERATORS), score: share, seed: fc.constant(null) }),
        { selector: ({ generator }) => generator, maxLength: GENERATORS.length },
      ),
      plays: fc.option(fc.nat({ max: 500 })),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((all) => all.map(({ evidence, plays }, at) => candidate(`i${at}`, evidence, plays)));
const anyWeights = fc.array(
  fc.integer({ min: -5000, max: 5000 }).map((weight) => weight / 1000),
  {
    minLength: MODEL_FEATURES.length,
    maxLength: MODEL_FEATURES.length,
  },
);

/** Written out by hand: what a feature is. */
function logitOf(
  { evidence, artistPlays }: Candidate,
  [co, artist, audio, tags, popular, known, strange]: number[],
) {
  const of = (generator: string) => evidence.find((one) => one.generator === generator)?.score ?? 0;
  const plays = artistPlays ?? 0;
  return (
    (co as number) * of('co') +
    (artist as number) * of('artist') +
    (audio as number) * of('audio') +
    (tags as number) * of('tags') +
    (popular as number) * of('popular') +
    ((known as number) * plays) / (plays + 5) +
    (plays === 0 ? (strange as number) : 0)
  );
}

const scoresOf = (candidates: readonly Candidate[]) => candidates.map(({ score }) => score);

describe('a pool by its ranking model', () => {
  test('is all of the pool by log-odds, with the scores it had, equal ones as they came', () => {
    fc.assert(
      fc.property(anyCandidates, anyWeights, (candidates, weights) => {
        const logits = candidates.map((one) => logitOf(one, weights));
        const ordered = orderByModel(candidates, weights);
        if (ordered === undefined) {
          for (const logit of logits) expect(logit).toBeCloseTo(logits[0] ?? 0, 9);
          return;
        }
        expect(ordered.candidates.map(({ itemId }) => itemId).sort()).toEqual(
          candidates.map(({ itemId }) => itemId).sort(),
        );
        expect(scoresOf(ordered.candidates)).toEqual(scoresOf(candidates).sort((a, b) => b - a));
        for (const [at, one] of ordered.candidates.entries()) {
          const next = ordered.candidates[at + 1];
          if (next !== undefined)
            expect(logitOf(one, weights)).toBeGreaterThanOrEqual(logitOf(next, weights) - 1e-9);
        }
      }),
    );
    const alike = ['c', 'b', 'a'].map((id) => candidate(id, [], id === 'a' ? 4 : 3));
    expect(orderByModel(alike, [1, 1, 1, 1, 1, 1, 1])?.candidates.map(({ itemId }) => itemId)).toEqual([
      'a',
      'c',
      'b',
    ]);
  });

  test('that tells none from another leaves the pool as it is', () => {
    const alike = ['b', 'a'].map((id) => candidate(id, [], 3));
    expect(orderByModel(alike, [1, 1, 1, 1, 1, 1, 1])).toBeUndefined();
    expect(orderByModel([], [1, 1, 1, 1, 1, 1, 1])).toBeUndefined();
  });

  test('is told by shares that sum to the whole', () => {
    fc.assert(
      fc.property(anyCandidates, anyWeights, (candidates, weights) => {
        const ordered = orderByModel(candidates, weights);
        if (ordered === undefined) return;
        const least = Math.min(...candidates.map((one) => logitOf(one, weights)));
        for (const one of ordered.candidates) {
          const parts = modelParts(one, ordered.model);
          const sum = Object.values(parts).reduce((total, part) => total + part, 0);
          expect(Object.keys(parts)).toEqual([...MODEL_FEATURES]);
          if (logitOf(one, weights) > least + 1e-6) expect(sum).toBeCloseTo(1, 6);
        }
      }),
    );
  });

  test('knows of an artist what was played openly', () => {
    const weights = [0, 0, 0, 0, 0, 1, 0];
    const secret = { ...candidate('secret', [], 100), openArtistPlays: 0 };
    const open = candidate('open', [], 5);
    expect(orderByModel([secret, open], weights)?.candidates.map(({ itemId }) => itemId)).toEqual([
      'open',
      'secret',
    ]);
  });
});

describe('the line of a model in a pool', () => {
  const lines = [
    's1\ts2',
    'a1',
    'i1\t\t\t\t..\t900000\t0\tc100.0',
    'i2\t\t\t\t..\t800000\t40\tc900.1a1000.0',
  ];
  const [seeds = '', artists = '', ...rest] = lines;

  test('orders the candidates below it; without it they stand as the build put them', () => {
    expect(parsePool(lines.join('\n')).model).toBeUndefined();
    expect(parsePool(lines.join('\n')).candidates.map(({ itemId }) => itemId)).toEqual(['i1', 'i2']);
    const ordered = parsePool([seeds, artists, 'model 500 1500 0 0 0 2000 -100', ...rest].join('\n'));
    expect(ordered.model?.weights).toEqual([0.5, 1.5, 0, 0, 0, 2, -0.1]);
    expect(ordered.candidates.map(({ itemId, score }) => [itemId, score])).toEqual([
      ['i2', 900],
      ['i1', 800],
    ]);
    expect(ordered.candidates[0]?.evidence[0]?.seed).toBe('s2');
  });

  test('may stand over no candidates', () => {
    expect(parsePool([seeds, artists, 'model 1 1 1 1 1 1 1'].join('\n')).candidates).toEqual([]);
  });

  test('may tell of plays that were not open', () => {
    const pool = [seeds, artists, 'i1\t\t\t\t..\t900000\t12.3\tc100.0', 'i2\t\t\t\t..\t800000\t\tp1'].join(
      '\n',
    );
    expect(parsePool(pool).candidates).toMatchObject([
      { artistPlays: 12, openArtistPlays: 3 },
      { artistPlays: null },
    ]);
    expect(parsePool(pool).candidates[1]).not.toHaveProperty('openArtistPlays');
  });

  test('of another number of weights leaves the order of the build', () => {
    const other = [seeds, artists, 'model 1 -2 3', ...rest].join('\n');
    expect(parsePool(other)).toEqual(parsePool(lines.join('\n')));
    expect(parseModelLine('modelled by nobody')).toBeUndefined();
    expect(parseModelLine(rest[0] ?? '')).toBeUndefined();
  });
});
