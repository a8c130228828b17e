import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { transitionScore } from '../../shared/domain/harmony.ts';
import {
  type OwnTrack,
  repeatCost,
  SHUFFLE_WEIGHTS,
  type ShuffleCandidate,
  shuffleOrder,
  smartShuffle,
} from '../../shared/domain/smart-shuffle.ts';
import { ditheredOrder, groupByArtist, separateArtists } from '../../shared/domain/spread-order.ts';
import { createRandom } from '../../shared/random.ts';

const random = (seed: number) => createRandom(seed, 'shuffle').next;
const sound = {
  tempo: fc.option(fc.double({ min: 60, max: 190, noNaN: true })),
  key: fc.option(fc.integer({ min: 0, max: 11 })),
  mode: fc.option(fc.integer({ min: 0, max: 1 })),
  energy: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
};
const share = fc.double({ min: 0, max: 1, noNaN: true });
const playlist = (maxLength: number) =>
  fc
    .array(
      fc.record({
        artistId: fc.option(fc.constantFrom(...'abcdefgh')),
        daysSincePlay: fc.option(fc.double({ min: 0, max: 400, noNaN: true })),
        ...sound,
      }),
      { minLength: 1, maxLength },
    )
    .map((tracks) => tracks.map((track, index): OwnTrack => ({ itemId: `own${index}`, ...track })));
const proposals = fc
  .array(
    fc.record({
      artistId: fc.option(fc.constantFrom(...'uvwxyzab')),
      similarity: share,
      affinity: share,
      ...sound,
    }),
    {
      maxLength: 40,
    },
  )
  .map((some) => some.map((one, index): ShuffleCandidate => ({ itemId: `new${index}`, ...one })));

describe('a shuffled playlist', () => {
  test('has every own track once, candidates at most once, one after every three and none below fifteen', () => {
    fc.assert(
      fc.property(playlist(60), proposals, fc.integer(), (tracks, candidates, seed) => {
        const shuffled = smartShuffle(tracks, candidates, random(seed));
        const own = shuffled.filter(({ recommended }) => !recommended);
        expect(own.map(({ index }) => index).sort((a, b) => a - b)).toEqual(tracks.map((_, index) => index));
        const added = shuffled.filter(({ recommended }) => recommended);
        expect(new Set(added.map(({ index }) => index)).size).toBe(added.length);
        expect(added.length).toBeLessThanOrEqual(tracks.length < 15 ? 0 : Math.floor(tracks.length / 3));
        let since = 0;
        for (const { recommended } of shuffled) {
          if (recommended) expect(since % 3 === 0 && since > 0).toBe(true);
          since = recommended ? 0 : since + 1;
        }
        expect(smartShuffle(tracks, candidates, random(seed))).toEqual(shuffled);
        const artists = added
          .map(({ index }) => candidates[index]?.artistId)
          .filter((artist) => artist != null);
        for (const artist of artists)
          expect(artists.filter((other) => other === artist).length).toBeLessThanOrEqual(2);
      }),
    );
  });

  test('fills every gap where there are candidates enough, each score being the sum of its parts', () => {
    const tracks = Array.from({ length: 32 }, (_, i) => track(`own${i}`, `a${i}`));
    const candidates = Array.from({ length: 30 }, (_, i) => candidate(`new${i}`, `b${i}`, i / 30, 0.5));
    const added = smartShuffle(tracks, candidates, random(1)).filter(({ recommended }) => recommended);
    expect(added).toHaveLength(10);
    for (const { score, parts } of added) {
      expect(Object.keys(parts).sort()).toEqual(['affinity', 'similarity', 'transition']);
      expect(score).toBeCloseTo(
        Object.values(parts).reduce((a, b) => a + b, 0),
        12,
      );
    }
    // All sound alike, so that the ten most similar are the ten best.
    expect(added.map(({ index }) => index).sort((a, b) => a - b)).toEqual([
      20, 21, 22, 23, 24, 25, 26, 27, 28, 29,
    ]);
  });

  test('puts a recommendation where the transitions suit it best', () => {
    const slow = { tempo: 80, key: 0, mode: 1, energy: 0.2 };
    const fast = { tempo: 130, key: 6, mode: 1, energy: 0.9 };
    const tracks = Array.from({ length: 30 }, (_, i) => ({
      ...track(`own${i}`, `a${i}`),
      ...(i < 15 ? slow : fast),
    }));
    const shuffled = smartShuffle(tracks, [{ ...candidate('x', 'x', 1, 1), ...fast }], random(4));
    const at = shuffled.findIndex(({ recommended }) => recommended);
    const fitAfter = (before: number) =>
      transitionScore(tracks[own(shuffled)[before] as number] as OwnTrack, fast) +
      transitionScore(
        fast,
        (tracks[own(shuffled)[before + 1] as number] ?? tracks[own(shuffled)[before] as number]) as OwnTrack,
      );
    const fits = [2, 5, 8, 11, 14, 17, 20, 23, 26, 29].map(fitAfter);
    expect(fitAfter(at - 1)).toBeCloseTo(Math.max(...fits), 9);
  });
});

const own = (shuffled: readonly { recommended: boolean; index: number }[]) =>
  shuffled.filter(({ recommended }) => !recommended).map(({ index }) => index);
const SOUND = { tempo: 120, key: 0, mode: 1, energy: 0.5 };
const track = (itemId: string, artistId: string, daysSincePlay: number | null = null): OwnTrack => ({
  itemId,
  artistId,
  daysSincePlay,
  ...SOUND,
});
const candidate = (
  itemId: string,
  artistId: string,
  similarity: number,
  affinity: number,
): ShuffleCandidate => ({
  itemId,
  artistId,
  similarity,
  affinity,
  ...SOUND,
});

describe('the order', () => {
  test('costs by hand what it costs by formula', () => {
    const tracks = [track('a', 'a', 0), track('b', 'b', 7), track('c', 'c', null)];
    // 2^0/log2(2) + 2^−1/log2(3); never played counts nothing.
    expect(repeatCost([0, 1, 2], tracks)).toBeCloseTo(1 + 0.5 / Math.log2(3), 12);
    expect(repeatCost([2, 1, 0], tracks)).toBeCloseTo(0.5 / Math.log2(3) + 1 / 2, 12);
  });

  test('is the least repeating of the orders drawn', () => {
    fc.assert(
      fc.property(playlist(20), fc.integer(), (tracks, seed) => {
        const next = random(seed);
        const groups = groupByArtist(tracks.map(({ artistId }) => artistId));
        const costs = Array.from({ length: SHUFFLE_WEIGHTS.orders }, () => ditheredOrder(groups, next))
          .map((order) => ({ order, cost: repeatCost(order, tracks) }))
          .sort((a, b) => a.cost - b.cost);
        const artists = tracks.map(({ artistId }) => artistId);
        expect(shuffleOrder(tracks, random(seed))).toEqual(separateArtists(costs[0]?.order ?? [], artists));
      }),
    );
  });

  test('plays what was just heard later than a blind shuffle does', () => {
    const tracks = Array.from({ length: 100 }, (_, i) => track(`t${i}`, `a${i % 30}`, i < 20 ? 0 : 300));
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    const lately = Array.from({ length: 30 }, (_, seed) => {
      const order = shuffleOrder(tracks, random(seed));
      return mean(order.flatMap((index, place) => (index < 20 ? [place] : [])));
    });
    expect(mean(lately)).toBeGreaterThan(52);
  });

  test('spreads an artist: a dithered order leaves no long stretch without them', () => {
    const artists = Array.from({ length: 120 }, (_, i) => (i < 12 ? 'x' : `other${i}`));
    for (let seed = 0; seed < 20; seed++) {
      const order = ditheredOrder(groupByArtist(artists), random(seed));
      const places = order.flatMap((index, place) => (artists[index] === 'x' ? [place] : []));
      const gaps = places.slice(1).map((place, i) => place - (places[i] as number));
      // Spacing is 10 in the mean; jitter of 30% on either side may close or widen it by six, the others' by some more.
      expect(Math.max(...gaps)).toBeLessThan(24);
    }
  });

  test('has no two in a row of an artist, where that can be had', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.constantFrom(...'aabbcdef')), { minLength: 2, maxLength: 80 }),
        fc.integer(),
        (artists, seed) => {
          const order = separateArtists(ditheredOrder(groupByArtist(artists), random(seed)), artists);
          expect([...order].sort((a, b) => a - b)).toEqual(artists.map((_, index) => index));
          const most = Math.max(
            ...[...'abcdef'].map((one) => artists.filter((artist) => artist === one).length),
          );
          if (most > artists.length / 3) return;
          for (let place = 1; place < order.length; place++) {
            const artist = artists[order[place] as number];
            if (artist !== null) expect(artist).not.toBe(artists[order[place - 1] as number]);
          }
        },
      ),
    );
  });
});
