import { describe, expect, test } from 'vitest';
import { frequencyRanker, popularityRanker, recencyRanker } from '../../../shared/evaluation/baselines.ts';
import { listenOf, splitTimeline } from '../../../shared/evaluation/timeline.ts';
import { evaluateTimeline } from '../../../shared/evaluation/timeline-evaluation.ts';
import { generateCommunity } from '../../../shared/simulation/community.ts';
import { at, T0, timeline } from './timeline-fixture.ts';

describe('evaluateTimeline', () => {
  const ranker = { name: 'fixed', rank: () => ['a', 'n', 's', 'b'] };
  const results = evaluateTimeline(timeline, [ranker], { seed: 1, k: 2 });
  const slice = (name: string) => results.find((result) => result.slice === name);

  test('judges each slice against its own part of the list', () => {
    expect(slice('all')?.judged).toEqual(['u', 'v', 'w']);
    // u: [a, n] against b, s, n. v: [a, n] against c. w: [a, n] against a.
    expect([...(slice('all')?.values.recall ?? [])]).toEqual([1 / 2, 0, 1]);
    // u heard a, b, s: [a, s] against b, s. v heard a, c: [a] against c.
    expect(slice('repeat')?.judged).toEqual(['u', 'v']);
    expect([...(slice('repeat')?.values.recall ?? [])]).toEqual([1 / 2, 0]);
    // u: [n] against n. A recording heard only as a skip is no discovery.
    expect(slice('discovery')?.judged).toEqual(['u']);
    expect([...(slice('discovery')?.values.ndcg ?? [])]).toEqual([1]);
    expect(slice('cold')?.judged).toEqual(['w']);
    expect([...(slice('cold')?.values.mrr ?? [])]).toEqual([1]);
  });

  test('reachable judges discovery among what could be recommended, and only where that is told', () => {
    const options = { seed: 1, k: 2, reachable: new Set(['a', 'b', 'q']) };
    const without = evaluateTimeline(timeline, [ranker], options);
    expect(results.some((result) => result.slice === 'reachable')).toBe(false);
    // u discovers n alone, which is out of reach.
    expect(without.find((result) => result.slice === 'reachable')?.listeners).toBe(0);
    const within = evaluateTimeline(timeline, [{ name: 'late', rank: () => ['x', 'y', 'a', 'q', 'n'] }], {
      ...options,
      reachable: new Set(['a', 'q', 'n']),
    });
    const of = (name: string) => within.find((result) => result.slice === name);
    // x and y fill the list of discovery; of what is in reach n comes second, after q.
    expect([...(of('discovery')?.values.recall ?? [])]).toEqual([0]);
    expect([...(of('reachable')?.values.mrr ?? [])]).toEqual([1 / 2]);
  });

  test('a slice without listeners is reported as such', () => {
    const only = splitTimeline([at('u', 'a', -1), at('u', 'a', 1)], { at: T0 });
    const [all, repeat, discovery, cold] = evaluateTimeline(only, [popularityRanker(only)], { seed: 1 });
    expect([all?.measures?.recall.mean, repeat?.measures?.recall.mean]).toEqual([1, 1]);
    expect([discovery?.listeners, discovery?.measures, cold?.listeners]).toEqual([0, null, 0]);
  });

  test('a ranker that repeats itself is refused by name', () => {
    const twice = { name: 'stutter', rank: () => ['a', 'a'] };
    expect(() => evaluateTimeline(timeline, [twice], { seed: 1 })).toThrow('stutter ranks a recording twice');
  });

  test('on a generated community personal baselines win repeats, only popularity can find discoveries', () => {
    const endAt = Date.UTC(2025, 5, 1);
    const community = generateCommunity({ seed: 4, endAt, listeners: 120, tracks: 800 });
    const listens = [...community.events].flatMap((event) => listenOf(event) ?? []);
    const split = splitTimeline(listens, { fraction: 0.8 });
    const rankers = [popularityRanker(split), recencyRanker(split), frequencyRanker(split)];
    const found = evaluateTimeline(split, rankers, { seed: 1, k: 20 });
    const ndcg = (name: string, part: string) =>
      found.find((result) => result.ranker === name && result.slice === part)?.measures?.ndcg.mean ?? 0;
    for (const personal of ['recency', 'frequency']) {
      expect(ndcg(personal, 'all')).toBeGreaterThan(2 * ndcg('popularity', 'all'));
      expect(ndcg(personal, 'repeat')).toBeGreaterThan(0.2);
      expect(ndcg(personal, 'discovery')).toBe(0);
    }
    expect(ndcg('popularity', 'discovery')).toBeGreaterThan(0);
  });
});
