import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contextAt, HOME_WEIGHTS, kindValues, utcWeekday } from '../../shared/domain/home-context.ts';
import { rankShelves, SHELF_KINDS, SHELVES } from '../../shared/domain/home-shelves.ts';
import type { IndexedItem } from '../../shared/domain/indexed-item.ts';
import { episodesByShow, nextEpisodes } from '../../shared/domain/podcast-queue.ts';
import { acceptedEvent } from '../functions/fakes/events.ts';

const share = fc.double({ min: 0.01, max: 1, noNaN: true });
const values = fc.record({
  familiar: fc.record({ stream: share, reward: share }),
  discovery: fc.record({ stream: share, reward: share }),
  podcast: fc.record({ stream: share, reward: share }),
});

describe('shelves', () => {
  test('show nothing twice, none empty, the best first, and a kind again for less', () => {
    const items = fc.array(
      fc.integer({ min: 0, max: 30 }).map((id) => ({ recordingId: `r${id}` })),
      { maxLength: 20 },
    );
    const shelves = fc
      .subarray([...SHELVES])
      .chain((ids) => fc.tuple(...ids.map((id) => items.map((list) => ({ id, items: list })))));
    fc.assert(
      fc.property(shelves, values, fc.integer({ min: 1, max: 8 }), (given, valued, perShelf) => {
        const ranked = rankShelves(given, valued, perShelf);
        const shown = ranked.flatMap((shelf) => shelf.items.map(({ recordingId }) => recordingId));
        expect(new Set(shown).size).toBe(shown.length);
        for (const shelf of ranked) {
          expect(shelf.items.length).toBeGreaterThan(0);
          expect(shelf.items.length).toBeLessThanOrEqual(perShelf);
          const { stream, reward } = valued[SHELF_KINDS[shelf.id]];
          expect(shelf.score).toBeCloseTo(stream * reward * shelf.parts.variety, 12);
        }
        for (let place = 1; place < ranked.length; place++)
          expect(ranked[place]?.score).toBeLessThanOrEqual((ranked[place - 1]?.score ?? 0) + 1e-12);
        // What could have been shown, was: a shelf is missing only where all of it stands elsewhere.
        for (const { id, items: all } of given)
          if (!ranked.some((shelf) => shelf.id === id))
            for (const { recordingId } of all) expect(shown).toContain(recordingId);
      }),
    );
  });
});

test('what came out lately takes nothing from the shelves of discoveries after it', () => {
  const one = { stream: 0.5, reward: 0.5 };
  const values = { familiar: one, discovery: one, podcast: one };
  const list = (prefix: string, length: number) =>
    Array.from({ length }, (_, at) => ({ recordingId: `${prefix}${at}` }));
  const shelves = [
    { id: 'discover' as const, items: list('d', 5) },
    { id: 'because-you-listened' as const, items: list('b', 5) },
  ];
  const varietyOf = (given: Parameters<typeof rankShelves>[0]) =>
    new Map(rankShelves(given, values, 5).map(({ id, parts }) => [id, parts.variety]));
  const without = varietyOf(shelves);
  const found = varietyOf([{ id: 'new-releases', items: list('n', 1) }, ...shelves]);
  expect(found).toEqual(new Map([['new-releases', 1], ...without]));
});

describe('the moment', () => {
  test('without any listening it is as the priors say', () => {
    const context = { hour: 8, weekday: 1, device: null };
    for (const kind of ['familiar', 'discovery', 'podcast'] as const) {
      expect(kindValues([], context)[kind].stream).toBeCloseTo(HOME_WEIGHTS.mixPrior[kind], 12);
      expect(kindValues([], context)[kind].reward).toBeCloseTo(HOME_WEIGHTS.rewardPrior[kind], 12);
    }
  });

  test('shares by hand: ten podcasts at eight on weekdays', () => {
    const listens = Array.from({ length: 10 }, () => ({
      kind: 'podcast' as const,
      hour: 8,
      weekday: 2,
      reward: 1,
    }));
    const at = (hour: number, weekday: number) =>
      kindValues(listens, { hour, weekday, device: null }).podcast;
    // Ten listens against a prior of ten of which 1.5 are podcasts; an hour away counts .7, a weekend .3.
    expect(at(8, 4).stream).toBeCloseTo(11.5 / 20, 12);
    expect(at(9, 4).stream).toBeCloseTo(8.5 / 17, 12);
    expect(at(7, 4).stream).toBeCloseTo(8.5 / 17, 12);
    expect(at(8, 6).stream).toBeCloseTo(4.5 / 13, 12);
    expect(at(20, 4).stream).toBeCloseTo(0.15, 12);
    expect(at(20, 4).reward).toBeCloseTo((10 + 5.5) / 20, 12);
    const near = Array.from({ length: 10 }, () => ({
      kind: 'podcast' as const,
      hour: 23,
      weekday: 2,
      reward: 0,
    }));
    expect(kindValues(near, { hour: 0, weekday: 2, device: null }).podcast.stream).toBeCloseTo(8.5 / 17, 12);
  });

  test('a clock is between twelve hours behind and twelve ahead', () => {
    const noon = Date.UTC(2026, 10, 22, 12);
    expect(utcWeekday(noon)).toBe(7);
    expect(contextAt(noon, {})).toEqual({ hour: 12, weekday: 7, device: null, offsetMs: 0 });
    expect(contextAt(noon, { hour: 4 }).offsetMs).toBe(-8 * 3_600_000);
    expect(contextAt(noon, { hour: 21, device: 'car' })).toEqual({
      hour: 21,
      weekday: 7,
      device: 'car',
      offsetMs: 9 * 3_600_000,
    });
  });
});

describe('podcasts', () => {
  const episode = (show: string, number: number, rest: Partial<IndexedItem> = {}): IndexedItem => ({
    itemId: `${show}-${number}`,
    recordingId: `rec-${show}-${number}`,
    kind: 'episode',
    title: `${number}. About`,
    artist: show,
    artistId: show,
    album: null,
    genres: [],
    tempo: null,
    key: null,
    mode: null,
    energy: null,
    valence: null,
    year: 2026,
    explicit: false,
    durationMs: 1_800_000,
    popularity: 0,
    ...rest,
  });
  const heard = (item: IndexedItem, at: number, msPlayed = 1_800_000) =>
    acceptedEvent({
      eventId: `${item.itemId}-${at}`,
      itemId: item.itemId,
      recordingId: item.recordingId,
      occurredAt: at,
      msPlayed,
      durationMs: 1_800_000,
    });
  const shows = episodesByShow(
    [10, 2, 1, 11, 3].map((number) => episode('a', number)).concat(episode('b', 1), episode('b', 2)),
  );
  const nothing = { hasHeard: () => false, followed: new Set<string>() };

  test('are in the order of their numbers, older years first', () => {
    expect(shows.get('a')?.map(({ itemId }) => itemId)).toEqual(['a-1', 'a-2', 'a-3', 'a-10', 'a-11']);
    const years = episodesByShow([episode('c', 1), episode('c', 9, { year: 2020 })]);
    expect(years.get('c')?.map(({ itemId }) => itemId)).toEqual(['c-9', 'c-1']);
  });

  test('go on where they were broken off, after the last one heard, and never to a heard one', () => {
    const next = (events: readonly ReturnType<typeof heard>[], options = nothing) =>
      nextEpisodes(shows, events, options).map(({ episode: { itemId }, progressMs }) => [itemId, progressMs]);
    expect(next([])).toEqual([]);
    expect(next([heard(episode('a', 2), 5)])).toEqual([['a-3', 0]]);
    expect(next([heard(episode('a', 2), 5, 400_000)])).toEqual([['a-2', 400_000]]);
    expect(next([heard(episode('a', 3), 4), heard(episode('a', 2), 5)])).toEqual([['a-10', 0]]);
    expect(next([heard(episode('a', 11), 5)])).toEqual([]);
    expect(next([heard(episode('a', 2), 5), heard(episode('b', 1), 6)])).toEqual([
      ['b-2', 0],
      ['a-3', 0],
    ]);
    expect(next([], { ...nothing, followed: new Set(['b']) })).toEqual([['b-1', 0]]);
    expect(
      next([], { ...nothing, hasHeard: ({ itemId }: IndexedItem) => itemId === 'a-1' } as typeof nothing),
    ).toEqual([['a-2', 0]]);
  });
});
