import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvalidInput } from '../../../shared/errors.ts';
import { frequencyRanker, popularityRanker, recencyRanker } from '../../../shared/evaluation/baselines.ts';
import { DAY_MS, type Listen, listenOf, splitTimeline } from '../../../shared/evaluation/timeline.ts';
import { evaluateTimeline } from '../../../shared/evaluation/timeline-evaluation.ts';
import { generateCommunity } from '../../../shared/simulation/community.ts';

const T0 = 100 * DAY_MS;
const at = (listenerId: string, recordingId: string, days: number, played = true): Listen => ({
  listenerId,
  recordingId,
  occurredAt: T0 + days * DAY_MS,
  played,
});
// u: a twice, b once later, s skipped; then plays b, s, n and skips m. v: knows a and c, then plays c only.
// w: nothing before, then plays a. x: only a past.
const LISTENS = [
  at('u', 'a', -9),
  at('u', 'a', -5),
  at('u', 'b', -3),
  at('u', 's', -1, false),
  at('v', 'a', -8),
  at('v', 'c', -8),
  at('x', 'a', -7),
  at('u', 'b', 0),
  at('u', 's', 1),
  at('u', 'n', 2),
  at('u', 'm', 2, false),
  at('v', 'c', 13.9),
  at('v', 'n', 14),
  at('w', 'a', 3),
];
const timeline = splitTimeline(LISTENS, { at: T0 });

describe('splitTimeline', () => {
  test('train ends before the cut, the window holds the cut and not its own end', () => {
    const of = (id: string) => timeline.listeners.get(id);
    expect(of('u')?.history.map((listen) => listen.recordingId)).toEqual(['a', 'a', 'b', 's']);
    expect(of('u')?.heard).toEqual(new Set(['a', 'b', 's']));
    expect(of('u')?.relevant).toEqual(new Set(['b', 's', 'n']));
    expect(of('v')?.relevant).toEqual(new Set(['c']));
    expect(of('w')?.history).toEqual([]);
    expect(of('x')?.relevant).toEqual(new Set());
    expect([...timeline.listeners.keys()]).toEqual(['u', 'v', 'w', 'x']);
    expect(timeline.trainListeners).toBe(3);
    expect(timeline.testEnd).toBe(T0 + 14 * DAY_MS);
  });

  test('popularity counts listeners who played it in train, once each', () => {
    expect([...timeline.popularity]).toEqual([
      ['a', 3],
      ['b', 1],
      ['c', 1],
    ]);
  });

  test('a fraction cuts where that share of the listens has happened', () => {
    const ten = Array.from({ length: 10 }, (_, day) => at('u', `r${day}`, day));
    const { cutAt, listeners } = splitTimeline(ten, { fraction: 0.7 });
    expect(cutAt).toBe(T0 + 7 * DAY_MS);
    expect(listeners.get('u')?.history).toHaveLength(7);
  });

  test('the order in which listens are given does not matter', () => {
    const instants = fc.array(
      fc.record({
        listenerId: fc.constantFrom('u', 'v'),
        recordingId: fc.constantFrom('a', 'b', 'c'),
        occurredAt: fc.integer({ min: 0, max: 30 }).map((day) => day * DAY_MS),
        played: fc.boolean(),
      }),
      { minLength: 4, maxLength: 40 },
    );
    const summary = (listens: Listen[]) => {
      const { listeners, popularity } = splitTimeline(listens, { at: 15 * DAY_MS });
      const rankers = [popularityRanker, recencyRanker, frequencyRanker].map((make) =>
        make(splitTimeline(listens, { at: 15 * DAY_MS })),
      );
      return [...listeners.keys()].map((id) => [
        listeners.get(id)?.history.map((listen) => `${listen.occurredAt}${listen.recordingId}`),
        [...(listeners.get(id)?.relevant ?? [])].sort(),
        [...popularity],
        rankers.map((ranker) => ranker.rank(id)),
      ]);
    };
    fc.assert(
      fc.property(instants, (listens) => {
        fc.pre(listens.some((listen) => listen.occurredAt < 15 * DAY_MS));
        fc.pre(listens.some((listen) => listen.occurredAt >= 15 * DAY_MS && listen.occurredAt < 29 * DAY_MS));
        expect(summary([...listens].reverse())).toEqual(summary(listens));
      }),
    );
  });

  test.each([
    ['/fraction', () => splitTimeline(LISTENS, { fraction: 1 })],
    ['/fraction', () => splitTimeline(LISTENS, { fraction: Number.NaN })],
    ['/listens', () => splitTimeline([], { fraction: 0.5 })],
    ['/at', () => splitTimeline(LISTENS, { at: Number.NaN })],
    ['/cut: no listen is before', () => splitTimeline(LISTENS, { at: 0 })],
    ['/cut: no listen is within 14 days', () => splitTimeline(LISTENS, { at: T0 + 99 * DAY_MS })],
    ['/testDays', () => splitTimeline(LISTENS, { at: T0 }, { testDays: 0 })],
  ])('%s is refused with a reason', (reason, make) => {
    expect(make).toThrow(InvalidInput);
    expect(make).toThrow(reason);
  });
});

describe('baselines', () => {
  test('popularity is one list for everybody, recency and frequency are the listener’s own', () => {
    expect(popularityRanker(timeline).rank('w')).toEqual(['a', 'b', 'c']);
    expect(recencyRanker(timeline).rank('u')).toEqual(['s', 'b', 'a']);
    expect(frequencyRanker(timeline).rank('u')).toEqual(['a', 'b', 's']);
    expect(recencyRanker(timeline).rank('v')).toEqual(['a', 'c']);
    expect(frequencyRanker(timeline).rank('nobody')).toEqual([]);
  });
});

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

describe('listenOf', () => {
  test('takes listens only and tells plays from skips', () => {
    const events = [...generateCommunity({ seed: 1, endAt: T0 * 100, listeners: 10, tracks: 100 }).events];
    const listens = events.map((event) => ({ event, listen: listenOf(event) }));
    for (const { event, listen } of listens) expect(listen === undefined).toBe(event.type !== 'listen');
    const short = listens.filter(({ event }) => event.type === 'listen' && event.skipped);
    expect(short.length).toBeGreaterThan(0);
    for (const { listen } of short) expect(listen?.played).toBe(false);
  });
});
