import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  averageOf,
  closenessTo,
  foldEvent,
  NO_MOVING_AVERAGE,
  type SessionTraits,
} from '../../shared/domain/steered-session-average.ts';

const track = (rest: Partial<SessionTraits> = {}): SessionTraits => ({
  artistId: null,
  genres: [],
  tempo: null,
  energy: null,
  valence: null,
  ...rest,
});
const LOUD = track({ artistId: 'loud', genres: ['metal'], tempo: 160, energy: 0.95, valence: 0.3 });
const CALM = track({ artistId: 'calm', genres: ['ambient'], tempo: 80, energy: 0.15, valence: 0.95 });
const BARE = track();

const folded = (...events: [SessionTraits, number][]) =>
  events.reduce((average, [traits, strength]) => foldEvent(average, traits, strength), NO_MOVING_AVERAGE);

describe('the moving average', () => {
  test('is (1−α)·before + α·strength of what an event is about, α .4', () => {
    const { artists, genres } = folded([LOUD, 1], [LOUD, -1]);
    // .4·1, then .6·.4 + .4·(−1).
    expect(artists).toEqual([['loud', expect.closeTo(-0.16, 12)]]);
    expect(genres).toEqual([['metal', expect.closeTo(-0.16, 12)]]);
    const energy = folded([LOUD, 1], [CALM, 1]).sound.energy.towards;
    // Masses .6·.4 and .4 weigh .95 and .15.
    expect(energy?.mass).toBeCloseTo(0.64, 12);
    expect(energy?.centre).toBeCloseTo((0.24 * 0.95 + 0.4 * 0.15) / 0.64, 12);
  });

  test('the newest event outweighs the one before it: order matters', () => {
    const closer = closenessTo(folded([LOUD, 1], [CALM, 1]));
    expect(closer(CALM).sound).toBeGreaterThan(closer(LOUD).sound);
    const other = closenessTo(folded([CALM, 1], [LOUD, 1]));
    expect(other(LOUD).sound).toBeGreaterThan(other(CALM).sound);
  });

  test('skips push away from where they lie, and only from there', () => {
    const closer = closenessTo(folded([LOUD, -1], [LOUD, -1], [LOUD, -1]));
    expect(closer(LOUD)).toMatchObject({
      sound: expect.closeTo(-0.784, 3),
      genre: expect.closeTo(-0.784, 3),
      artist: expect.closeTo(-0.784, 3),
    });
    expect(closer(CALM).sound).toBeGreaterThan(-0.1);
    expect(closer(CALM)).toMatchObject({ genre: 0, artist: 0 });
  });

  test('of what nothing is known, nothing is said', () => {
    expect(folded([BARE, 1], [BARE, -1])).toEqual(NO_MOVING_AVERAGE);
    expect(closenessTo(folded([LOUD, 1]))(BARE)).toEqual({ sound: 0, genre: 0, artist: 0 });
    expect(closenessTo(NO_MOVING_AVERAGE)(LOUD)).toEqual({ sound: 0, genre: 0, artist: 0 });
  });

  test('names are data: one called __proto__ is a name like any other', () => {
    const average = folded([track({ artistId: '__proto__', genres: ['constructor'] }), 1]);
    expect(JSON.parse(JSON.stringify(average)).artists).toEqual([['__proto__', 0.4]]);
    expect(closenessTo(average)(track({ genres: ['toString'] })).genre).toBe(0);
  });

  test('whatever happens everything stays within −1 to 1, and within a hundred names', () => {
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    const anyTrack = fc.record({
      artistId: fc.option(fc.string(), { nil: null }),
      genres: fc.array(fc.string(), { maxLength: 30 }),
      tempo: fc.option(fc.double({ min: 30, max: 250, noNaN: true }), { nil: null }),
      energy: fc.option(unit, { nil: null }),
      valence: fc.option(unit, { nil: null }),
    });
    const strength = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyTrack, strength), { maxLength: 30 }),
        anyTrack,
        (events, candidate) => {
          const average = folded(...events);
          expect(average.genres.length).toBeLessThanOrEqual(100);
          for (const value of Object.values(closenessTo(average)(candidate)))
            expect(Math.abs(value)).toBeLessThanOrEqual(1 + 1e-9);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('the average of a playlist', () => {
  test('is its mean sound, and its names by share, the commonest at half', () => {
    const { sound, genres, artists } = averageOf([LOUD, LOUD, CALM, BARE]);
    expect(sound.energy).toEqual({ towards: { centre: (0.95 * 2 + 0.15) / 3, mass: 0.5 }, away: null });
    expect(genres).toEqual([
      ['metal', 0.5],
      ['ambient', 0.25],
    ]);
    expect(artists.map(([name]) => name)).toEqual(['loud', 'calm']);
    expect(averageOf([])).toEqual(NO_MOVING_AVERAGE);
  });
});
