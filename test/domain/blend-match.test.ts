import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type MatchTaste, matchGroup, matchPercent } from '../../shared/domain/blend-match.ts';

type Given = Partial<Record<'artists' | 'genres' | 'tracks', Record<string, number>>> &
  Partial<Pick<MatchTaste, 'energy' | 'tempo'>>;

const taste = (listenerId: string, { artists, genres, tracks, energy, tempo }: Given = {}): MatchTaste => ({
  listenerId,
  artists: new Map(Object.entries(artists ?? {})),
  genres: new Map(Object.entries(genres ?? {})),
  tracks: new Map(Object.entries(tracks ?? {})),
  energy: energy ?? null,
  tempo: tempo ?? null,
});

describe('match of two', () => {
  test('is 100 for the same taste, however much of it there is', () => {
    const likes = {
      artists: { a: 3, b: 4 },
      genres: { jazz: 2 },
      tracks: { t: 1, u: 3 },
      energy: 0.8,
      tempo: 90,
    };
    const twice = { ...likes, artists: { a: 6, b: 8 }, tracks: { t: 2, u: 6 } };
    expect(matchPercent(taste('ann', likes), taste('bob', likes))?.percent).toBeCloseTo(100, 9);
    expect(matchPercent(taste('ann', likes), taste('bob', twice))?.percent).toBeCloseTo(100, 9);
  });

  test('is 0 for tastes that share nothing', () => {
    const ann = taste('ann', { artists: { a: 1 }, genres: { jazz: 1 }, tracks: { t: 1 } });
    const bob = taste('bob', { artists: { b: 1 }, genres: { rock: 1 }, tracks: { u: 1 } });
    expect(matchPercent(ann, bob)).toEqual({
      members: ['ann', 'bob'],
      percent: 0,
      parts: { artists: 0, sound: 0, tracks: 0 },
    });
  });

  test('by hand: half of artists, three tenths of genres, two tenths of tracks', () => {
    const ann = taste('ann', {
      artists: { a: 3, b: 4 },
      genres: { jazz: 1, rock: 1 },
      tracks: { t: 1, u: 1 },
    });
    const bob = taste('bob', { artists: { a: 5 }, genres: { jazz: 7 }, tracks: { t: 1, v: 3 } });
    const match = matchPercent(ann, bob);
    // 15 / (5·5); 1/√2; shares ½ ½ 0 and ¼ 0 ¾: minima ¼, maxima ½ + ½ + ¾.
    expect(match?.parts.artists).toBeCloseTo(0.6, 12);
    expect(match?.parts.sound).toBeCloseTo(Math.SQRT1_2, 12);
    expect(match?.parts.tracks).toBeCloseTo(1 / 7, 12);
    expect(match?.percent).toBeCloseTo(100 * (0.3 + 0.3 * Math.SQRT1_2 + 0.2 / 7), 9);
  });

  test('by hand: energy and tempo beside the genres, where both are known', () => {
    const genres = { jazz: 1 };
    const calm = taste('ann', { genres, energy: 0, tempo: 60 });
    const loud = taste('bob', { genres, energy: 1, tempo: 240 });
    // (1, −½, −½) · (1, ½, ½) = ½, both of length √1.5.
    expect(matchPercent(calm, loud)?.parts.sound).toBeCloseTo(1 / 3, 12);
    const silent = taste('cy', { genres, tempo: 240 });
    // Only the tempo of both: (1, −½) · (1, ½) = ¾ over 1.25.
    expect(matchPercent(calm, silent)?.parts.sound).toBeCloseTo(0.6, 12);
    expect(matchPercent(calm, taste('dee', { genres }))?.parts.sound).toBeCloseTo(1, 12);
    // Opposite sounds and no genre in common: below 0, which counts 0.
    expect(
      matchPercent(calm, taste('eve', { genres: { rock: 1 }, energy: 1, tempo: 240 }))?.parts.sound,
    ).toBe(0);
  });

  test('nothing is said of a listener of whom nothing is known', () => {
    expect(matchPercent(taste('ann'), taste('bob', { artists: { a: 1 } }))).toBeNull();
  });

  test('lies between 0 and 100 and is the same both ways', () => {
    const affinities = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 1, max: 50 }));
    const tastes = fc.record({
      artists: affinities,
      genres: affinities,
      tracks: affinities,
      energy: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
      tempo: fc.option(fc.double({ min: 0, max: 400, noNaN: true })),
    });
    fc.assert(
      fc.property(tastes, tastes, (a, b) => {
        const there = matchPercent(taste('ann', a), taste('bob', b))?.percent;
        const back = matchPercent(taste('bob', b), taste('ann', a))?.percent;
        expect(there === undefined).toBe(back === undefined);
        if (there === undefined || back === undefined) return;
        expect(there).toBeGreaterThanOrEqual(0);
        expect(there).toBeLessThanOrEqual(100);
        expect(back).toBeCloseTo(there, 9);
      }),
    );
  });
});

describe('match of a group', () => {
  test('is the mean of its pairs and names what they share, most first', () => {
    const ann = taste('ann', { artists: { both: 1, all: 5 }, genres: { jazz: 1 } });
    const bob = taste('bob', { artists: { both: 2, all: 5 }, genres: { jazz: 1, rock: 1 } });
    const cy = taste('cy', { artists: { all: 1, own: 9 }, genres: { rock: 1 } });
    const match = matchGroup([ann, bob, cy]);
    expect(match.pairs.map(({ members }) => members)).toEqual([
      ['ann', 'bob'],
      ['ann', 'cy'],
      ['bob', 'cy'],
    ]);
    const mean = match.pairs.reduce((sum, { percent }) => sum + percent, 0) / 3;
    expect(match.percent).toBeCloseTo(mean, 9);
    expect(match.artists).toEqual(['all', 'both']);
    expect(match.genres).toEqual(['jazz', 'rock']);
  });

  test('leaves out whom it does not know; alone among such there is no percentage', () => {
    const ann = taste('ann', { artists: { a: 1 } });
    const bob = taste('bob', { artists: { a: 1 } });
    expect(matchGroup([ann, bob, taste('new')]).pairs).toHaveLength(1);
    expect(matchGroup([ann, taste('new')])).toEqual({
      percent: null,
      parts: null,
      pairs: [],
      artists: [],
      genres: [],
    });
  });

  test('names five at most', () => {
    const many = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`a${i}`, i + 1]));
    const match = matchGroup([taste('ann', { artists: many }), taste('bob', { artists: many })]);
    expect(match.artists).toEqual(['a8', 'a7', 'a6', 'a5', 'a4']);
  });
});
