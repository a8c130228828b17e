import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  artistNoveltyAt,
  genreShares,
  isLocallyNovel,
  isNewTrack,
  isTasteBroadening,
  notionsAt,
  onlineNotion,
  type TasteReach,
} from '../../shared/domain/discovery.ts';
import type { ListeningEvent } from '../../shared/domain/event.ts';
import { distinctEvents } from '../../shared/domain/event-order.ts';
import { DAY_MS } from '../../shared/domain/time.ts';
import { anyEvents, daysAgo, event, NOW, past } from './some-events.ts';

const item = { recordingId: 'r1', artistId: 'a1', genres: ['rock'] };
const unknownReach: TasteReach = { genreShares: null, distance: null, distanceLimit: null };
const skip = { msPlayed: 1000 };

describe('new_track', () => {
  it('holds until the first play: a skip, a save and a later play leave it so', () => {
    expect(isNewTrack([], item, NOW)).toBe(true);
    expect(isNewTrack([past(1, 'listen', skip), past(1, 'save')], item, NOW)).toBe(true);
    expect(isNewTrack([past(0)], item, NOW)).toBe(true);
    expect(isNewTrack([past(0)], item, NOW + 1)).toBe(false);
    expect(isNewTrack([past(1, 'listen', { recordingId: 'r2' })], item, NOW)).toBe(true);
    expect(isNewTrack([past(1, 'listen', { private: true })], item, NOW)).toBe(false);
  });
});

describe('new_artist and emerging', () => {
  const plays = (n: number) =>
    Array.from({ length: n }, (_, i) => past(i + 1, 'listen', { recordingId: `o${i}` }));

  it.each([
    [0, 'new_artist'],
    [1, 'emerging'],
    [2, 'emerging'],
    [3, null],
  ])('after %d plays of the artist: %s', (n, notion) => {
    const others = [past(1, 'listen', { artistId: 'a2' }), past(1, 'listen', skip)];
    expect(artistNoveltyAt([...plays(n), ...others], item, NOW)).toBe(notion);
  });

  it('counts an aggregated listen as the plays it stands for', () => {
    expect(artistNoveltyAt([past(1, 'listen', { plays: 3 })], item, NOW)).toBeNull();
  });

  it('is not claimed of an artist without a name', () => {
    expect(artistNoveltyAt([], { ...item, artistId: null }, NOW)).toBeNull();
  });

  it('takes another threshold', () => {
    const thresholds = { emergingMaxPlays: 5 } as Parameters<typeof artistNoveltyAt>[3];
    expect(artistNoveltyAt(plays(5), item, NOW, thresholds)).toBe('emerging');
  });
});

describe('locally_novel', () => {
  it.each([
    [89.999, false],
    [90, true],
    [179.999, true],
    [180, false],
    [400, false],
  ])('last play %f days ago: %s', (days, holds) => {
    expect(isLocallyNovel([past(500), past(days), past(1, 'listen', skip)], item, NOW)).toBe(holds);
  });

  it('needs a play', () => {
    expect(isLocallyNovel([past(100, 'save')], item, NOW)).toBe(false);
  });
});

describe('taste_broadening', () => {
  const shares = (rock: number) => ({ ...unknownReach, genreShares: new Map([['rock', rock]]) });

  it.each([
    ['a genre of 0.99%', shares(0.0099), true],
    ['a genre of exactly 1%', shares(0.01), false],
    ['a genre never played', { ...unknownReach, genreShares: new Map([['jazz', 1]]) }, true],
    ['nothing known', unknownReach, false],
    [
      'farther out than the listener’s own limit',
      { ...shares(0.5), distance: 0.41, distanceLimit: 0.4 },
      true,
    ],
    ['just at the limit', { ...shares(0.5), distance: 0.4, distanceLimit: 0.4 }, false],
    ['a distance without a limit', { ...shares(0.5), distance: 2 }, false],
  ])('%s', (_, reach, holds) => {
    expect(isTasteBroadening([], item, NOW, reach)).toBe(holds);
    expect(isTasteBroadening([past(1, 'listen', { recordingId: 'r9' })], item, NOW, reach)).toBe(false);
  });

  it('needs all genres of the item to be foreign, and at least one to be known', () => {
    const reach = { ...unknownReach, genreShares: new Map([['rock', 0.3]]) };
    expect(isTasteBroadening([], { ...item, genres: ['gamelan'] }, NOW, reach)).toBe(true);
    expect(isTasteBroadening([], { ...item, genres: ['gamelan', 'rock'] }, NOW, reach)).toBe(false);
    expect(isTasteBroadening([], { ...item, genres: [] }, NOW, reach)).toBe(false);
  });

  it('rests on shares of the plays whose genre is known, private ones left out', () => {
    const genres: { [id: string]: string[] } = { r1: ['rock', 'indie', 'rock'], r2: ['rock'], r3: [] };
    const history = [
      past(1),
      past(2, 'listen', { recordingId: 'r2', plays: 3 }),
      past(3, 'listen', { recordingId: 'r3' }),
      past(4, 'listen', { recordingId: 'r2', private: true }),
      past(5, 'listen', skip),
      past(0, 'listen', { recordingId: 'r2' }),
    ];
    const genresOf = (id: string) => genres[id] ?? [];
    expect(genreShares(history, genresOf, NOW)).toEqual(
      new Map([
        ['rock', 1],
        ['indie', 0.25],
      ]),
    );
    expect(genreShares(history.slice(2), genresOf, NOW)).toBeNull();
  });
});

describe('notionsAt', () => {
  it('names every notion that holds, in one order', () => {
    const reach = { ...unknownReach, genreShares: new Map([['jazz', 1]]) };
    expect(notionsAt([], item, NOW, reach)).toEqual(['new_artist', 'new_track', 'taste_broadening']);
    expect(notionsAt([past(120)], item, NOW, reach)).toEqual(['emerging', 'locally_novel']);
    const favourite = [200, 201, 202, 203, 204].map((days) => past(days));
    expect(notionsAt(favourite, item, NOW, reach)).toEqual(['forgotten_favourite']);
  });

  it('agrees with the table read word by word', () => {
    const isPlay = (e: ListeningEvent) =>
      e.type === 'listen' &&
      !e.skipped &&
      (e.msPlayed === null ||
        e.msPlayed >= 30_000 ||
        (e.durationMs !== null && e.durationMs > 0 && e.msPlayed / e.durationMs >= 0.95));
    fc.assert(
      fc.property(anyEvents, fc.integer({ min: 0, max: 200 }), (events, back) => {
        const history = distinctEvents(events).events;
        const at = daysAgo(back);
        const plays = history.filter((e) => isPlay(e) && e.occurredAt < at);
        const ofArtist = plays.filter((e) => e.artistId === 'a1').reduce((n, e) => n + e.plays, 0);
        const ages = plays.filter((e) => e.recordingId === 'r1').map((e) => (at - e.occurredAt) / DAY_MS);
        const youngest = Math.min(...ages);
        const held = notionsAt(history, item, at, unknownReach);
        expect(held.includes('new_track')).toBe(ages.length === 0);
        expect(held.includes('new_artist')).toBe(ofArtist === 0);
        expect(held.includes('emerging')).toBe(ofArtist === 1 || ofArtist === 2);
        expect(held.includes('locally_novel')).toBe(youngest >= 90 && youngest < 180);
      }),
    );
  });
});

describe('onlineNotion', () => {
  const notion = (heard: string[], plays: number, artistId: string | null = 'a1') =>
    onlineNotion({ recordingId: 'r1', artistId }, { heard: new Set(heard), artistPlays: () => plays });

  it.each([
    [['r1'], 0, 'familiar'],
    [['r2'], 0, 'new_artist'],
    [[], 1, 'emerging'],
    [[], 2, 'emerging'],
    [[], 3, 'new_track'],
  ])('heard %j, %d plays of the artist: %s', (heard, plays, expected) => {
    expect(notion(heard, plays)).toBe(expected);
  });

  it('claims a new track only where the artist is not known', () => {
    expect(notion([], 0, null)).toBe('new_track');
  });

  it('agrees with the history where every listen was a play', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const history = distinctEvents(events).events.filter((e) => e.type === 'listen');
        const played = history.map((e) => event({ ...e, msPlayed: null, skipped: false }));
        const online = onlineNotion(item, {
          heard: new Set(played.map((e) => e.recordingId)),
          artistPlays: (id) => played.filter((e) => e.artistId === id).reduce((n, e) => n + e.plays, 0),
        });
        const held = notionsAt(played, item, NOW + 1, unknownReach);
        if (online === 'familiar') expect(held).not.toContain('new_track');
        else expect(held).toEqual(online === 'new_track' ? ['new_track'] : [online, 'new_track']);
      }),
    );
  });
});
