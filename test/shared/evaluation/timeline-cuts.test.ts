import { describe, expect, test } from 'vitest';
import { InvalidInput } from '../../../shared/errors.ts';
import {
  frequencyRanker,
  popularityRanker,
  type Ranker,
  recencyRanker,
} from '../../../shared/evaluation/baselines.ts';
import { compareEvaluations } from '../../../shared/evaluation/results.ts';
import { DAY_MS, splitTimeline } from '../../../shared/evaluation/timeline.ts';
import {
  cutInstants,
  evaluateCuts,
  type JudgedCut,
  reachOfCut,
} from '../../../shared/evaluation/timeline-cuts.ts';
import { evaluateTimeline } from '../../../shared/evaluation/timeline-evaluation.ts';
import { renderCuts, renderPairs } from '../../../shared/evaluation/timeline-report.ts';
import { at, LISTENS, T0, timeline } from './timeline-fixture.ts';

const YEAR = Array.from({ length: 101 }, (_, day) => at('u', `r${day % 7}`, day));
const cutAt = (days: number, reachable: readonly string[], rankers?: readonly Ranker[]): JudgedCut => {
  const split = splitTimeline(LISTENS, { at: T0 + days * DAY_MS }, { testDays: 7 });
  return {
    timeline: split,
    rankers: rankers ?? [popularityRanker(split), recencyRanker(split)],
    reachable: new Set(reachable),
  };
};

describe('cutInstants', () => {
  test('stand at equal distances, the last window ending where the span does, in any order of listens', () => {
    const options = { cuts: 5, from: 0.2, to: 0.9, testDays: 10 };
    const days = cutInstants(YEAR, options).map((instant) => (instant - T0) / DAY_MS);
    expect(days).toEqual([20, 35, 50, 65, 80]);
    expect(cutInstants(YEAR.toReversed(), options)).toEqual(cutInstants(YEAR, options));
    expect(cutInstants(YEAR, { ...options, cuts: 1 })).toEqual([T0 + 20 * DAY_MS]);
  });

  test.each([
    ['/cuts', { cuts: 0 }],
    ['/cuts', { cuts: 1.5 }],
    ['/from', { from: 0.9, to: 0.9 }],
    ['/from', { from: Number.NaN }],
    ['/from', { to: 1.1 }],
    ['/testDays', { testDays: 0 }],
    ['/testDays: 90 days do not fit', { testDays: 90 }],
  ])('%s is refused with a reason', (reason, wrong) => {
    const make = () => cutInstants(YEAR, { cuts: 3, from: 0.5, to: 1, testDays: 14, ...wrong });
    expect(make).toThrow(InvalidInput);
    expect(make).toThrow(reason);
    expect(() => cutInstants([], { cuts: 1, from: 0, to: 1, testDays: 1 })).toThrow('/listens');
  });
});

describe('evaluateCuts', () => {
  const cuts = [cutAt(-4, ['a', 'b', 'n']), cutAt(0, ['n'])];
  const evaluations = evaluateCuts(cuts, { seed: 1, k: 2 });
  const of = (ranker: string, slice: string) =>
    evaluations.find((found) => found.ranker === ranker && found.slice === slice);

  test('every listener is judged once at every cut, with the values that the cut alone gives', () => {
    for (const { ranker, slice, values, judged } of evaluations) {
      const alone = cuts.map(({ timeline: split, rankers, reachable }) =>
        evaluateTimeline(split, rankers, { seed: 1, k: 2, reachable }).find(
          (found) => found.ranker === ranker && found.slice === slice,
        ),
      );
      expect([...values.ndcg]).toEqual(alone.flatMap((found) => [...(found?.values.ndcg ?? [])]));
      expect(judged).toHaveLength(values.ndcg.length);
    }
    expect(of('recency', 'repeat')?.judged).toEqual(['u @ 1970-04-11']);
    expect(of('recency', 'cold')?.judged).toEqual(['w @ 1970-04-11']);
    expect(of('recency', 'discovery')?.judged).toEqual(['u @ 1970-04-07', 'u @ 1970-04-11']);
  });

  test('rankers that differ between cuts, and no cuts, are refused', () => {
    const other = cutAt(0, [], [frequencyRanker(timeline), recencyRanker(timeline)]);
    expect(() => evaluateCuts([cutAt(-4, []), other], { seed: 1 })).toThrow('Not every cut is ranked by');
    expect(() => evaluateCuts([], { seed: 1 })).toThrow('no cut');
  });

  test('the reach of a cut counts first plays of listeners with a history', () => {
    // u first plays b, s and n in the first window, n in the second; w has no history.
    expect(cuts.map(reachOfCut)).toEqual([
      { unheard: 3, reachable: 2 },
      { unheard: 1, reachable: 1 },
    ]);
    expect(reachOfCut(cutAt(0, ['a']))).toEqual({ unheard: 1, reachable: 0 });
  });

  test('tables show each cut and each paired difference', () => {
    const lines = renderCuts(evaluations, ['discovery']).split('\n');
    expect(lines[0]).toMatch(/^NDCG +cut +popularity +recency$/);
    expect(lines).toHaveLength(4);
    const shown = of('popularity', 'discovery')?.values.ndcg.at(-1)?.toFixed(4);
    expect(lines[3]).toMatch(new RegExp(`^discovery +u @ 1970-04-11 +${shown} +0\\.0000$`));
    const own = of('recency', 'all');
    const rival = of('popularity', 'all');
    if (own === undefined || rival === undefined) throw new Error('Both were judged.');
    const { mean, low, high } = compareEvaluations(own, rival, 'ndcg', { seed: 1 });
    const pairs = renderPairs(evaluations, 'recency', { seed: 1 });
    expect(pairs).toContain(`${mean.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)})`);
    expect(pairs).toMatch(/\nall +recency − popularity /);
    expect(pairs).not.toContain('recency − recency');
  });
});
