import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvalidInput } from '../../../shared/errors.ts';
import { frequencyRanker, popularityRanker, recencyRanker } from '../../../shared/evaluation/baselines.ts';
import { DAY_MS, type Listen, listenOf, splitTimeline } from '../../../shared/evaluation/timeline.ts';
import { generateCommunity } from '../../../shared/simulation/community.ts';
import { at, LISTENS, T0, timeline } from './timeline-fixture.ts';

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
