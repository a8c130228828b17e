import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Candidate } from '../../shared/domain/candidate.ts';
import type { TrackSound } from '../../shared/domain/harmony.ts';
import {
  capArtists,
  currentSounds,
  demoteFamiliar,
  familiarPlaces,
  mergeCandidates,
  RANKING_WEIGHTS,
  rank,
  scoreParts,
} from '../../shared/domain/ranking.ts';
import { foldSignals } from '../../shared/domain/signals.ts';
import { acceptedEvent } from '../functions/fakes/events.ts';

const NOW = Date.UTC(2026, 10, 1);
const HOUR = 3_600_000;

const candidate = (itemId: string, rest: Partial<Candidate> = {}): Candidate => ({
  itemId,
  recordingId: itemId,
  artistId: `artist of ${itemId}`,
  genre: null,
  tempo: null,
  key: null,
  mode: null,
  energy: null,
  explicit: false,
  score: 500,
  artistPlays: null,
  evidence: [],
  ...rest,
});

const nobody = foldSignals([], { now: NOW, describe: () => undefined });
const order = (ranked: readonly { candidate: Candidate }[]) =>
  ranked.map(({ candidate: { itemId } }) => itemId);

const candidates = fc.uniqueArray(
  fc.record({
    id: fc.string({ minLength: 1 }),
    score: fc.integer({ min: 0, max: 3 }),
    artist: fc.constantFrom('a', 'b', 'c', null),
  }),
  { selector: ({ id }) => id, maxLength: 30 },
);
const made = (list: readonly { id: string; score: number; artist: string | null }[]) =>
  list.map(({ id, score, artist }) => candidate(id, { score: score * 100, artistId: artist }));

describe('ranking', () => {
  test('is by the build’s score where nothing happened since, equal ones by item id, in any order of input', () => {
    fc.assert(
      fc.property(
        candidates.chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
        ),
        ([list, shuffled]) => {
          const expected = list
            .toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
            .map(({ id }) => id);
          expect(order(rank(made(shuffled), nobody, [], RANKING_WEIGHTS))).toEqual(expected);
        },
      ),
    );
  });

  test('the score is the sum of its parts, each as its formula says', () => {
    const signals = foldSignals(
      [
        acceptedEvent({ artistId: 'liked', occurredAt: NOW, msPlayed: null }),
        acceptedEvent({
          eventId: 'e2',
          recordingId: 'r2',
          artistId: 'skipped',
          occurredAt: NOW,
          msPlayed: 1,
        }),
      ],
      {
        now: NOW,
        describe: () => ({
          artistId: null,
          genres: ['jazz'],
          tempo: null,
          key: null,
          mode: null,
          energy: null,
        }),
      },
    );
    const sound: TrackSound = { tempo: 120, key: 0, mode: 1, energy: 0.5 };
    const candidates = [
      candidate('x', { artistId: 'liked', genre: 'jazz', score: 800, ...sound }),
      candidate('y', { artistId: 'skipped', score: 800 }),
      candidate('z', { artistId: null, genre: 'folk', score: 0 }),
    ];
    const ranked = rank(candidates, signals, [sound], RANKING_WEIGHTS);
    const partsOf = (id: string) =>
      candidates
        .filter(({ itemId }) => itemId === id)
        .map((one) => scoreParts(one, signals, [sound], RANKING_WEIGHTS))[0];
    // One whole play is an affinity of 1, a skip of −1; a/(1+|a|) is a half of either. Jazz: 1 − 1 = 0.
    expect(partsOf('x')).toEqual({ pool: 0.8, liveArtist: 0.075, liveGenre: 0, liveSound: 0.1 });
    expect(partsOf('y')).toEqual({ pool: 0.8, liveArtist: -0.075, liveGenre: 0, liveSound: 0.05 });
    expect(partsOf('z')).toEqual({ pool: 0, liveArtist: 0, liveGenre: 0, liveSound: 0.05 });
    for (const { candidate: one, score } of ranked) {
      const sum = Object.values(partsOf(one.itemId) ?? {}).reduce((total, part) => total + part, 0);
      expect(score).toBeCloseTo(sum, 12);
    }
  });
});

describe('what plays right now', () => {
  test('is the latest five unskipped listens within the session span', () => {
    const listens = Array.from({ length: 9 }, (_, i) =>
      acceptedEvent({ eventId: `e${i}`, itemId: `i${i}`, occurredAt: NOW - i * 1000, skipped: i === 1 }),
    );
    const old = acceptedEvent({ eventId: 'old', itemId: 'old', occurredAt: NOW - 2 * HOUR });
    const describe = (itemId: string) => ({
      tempo: Number(itemId.slice(1)) + 100,
      key: null,
      mode: null,
      energy: null,
    });
    const fold = (events: typeof listens) => foldSignals(events, { now: NOW, describe: () => undefined });
    expect(currentSounds(fold(listens), RANKING_WEIGHTS, describe).map(({ tempo }) => tempo)).toEqual([
      100, 102, 103, 104, 105,
    ]);
    expect(currentSounds(fold([old]), RANKING_WEIGHTS, describe)).toEqual([]);
    expect(currentSounds(fold(listens), RANKING_WEIGHTS, () => undefined)).toEqual([]);
  });
});

describe('spreading over artists', () => {
  test('takes as many as there are, each once, and no artist more often than needed', () => {
    fc.assert(
      fc.property(
        candidates,
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 3 }),
        (list, count, cap) => {
          const ranked = rank(made(list), nobody, [], RANKING_WEIGHTS);
          const chosen = capArtists(ranked, count, cap);
          expect(chosen).toHaveLength(Math.min(count, list.length));
          expect(new Set(chosen).size).toBe(chosen.length);
          const times = (entries: typeof ranked) => {
            const counts = new Map<string, number>();
            for (const {
              candidate: { artistId, itemId },
            } of entries)
              counts.set(artistId ?? `item ${itemId}`, (counts.get(artistId ?? `item ${itemId}`) ?? 0) + 1);
            return counts;
          };
          const most = Math.max(0, ...times(chosen).values());
          // A lower cap must not have been enough.
          if (most > cap) {
            const enough = [...times(ranked).values()].reduce((sum, n) => sum + Math.min(n, most - 1), 0);
            expect(enough).toBeLessThan(count);
          }
          const within = chosen.slice(0, 1);
          if (ranked.length > 0) expect(within[0]).toBe(ranked[0]);
        },
      ),
    );
  });

  test('of nothing, or none, is nothing', () => {
    expect(capArtists([], 5, 1)).toEqual([]);
    expect(capArtists(rank([candidate('x')], nobody, [], RANKING_WEIGHTS), 0, 1)).toEqual([]);
  });
});

describe('merging candidates', () => {
  test('keeps one per recording: scores add up, evidence is put together, features are the first’s', () => {
    const evidence = (score: number) => [{ generator: 'co' as const, score, seed: 's' }];
    const merged = mergeCandidates([
      candidate('a1', { recordingId: 'a', score: 300, evidence: evidence(0.3), artistPlays: null }),
      candidate('b', { score: 100 }),
      candidate('a2', { recordingId: 'a', score: 200, evidence: evidence(0.2), artistPlays: 4 }),
    ]);
    expect(merged).toEqual([
      candidate('a1', {
        recordingId: 'a',
        score: 500,
        evidence: [...evidence(0.3), ...evidence(0.2)],
        artistPlays: 4,
      }),
      candidate('b', { score: 100 }),
    ]);
  });

  test('what a pool knows of its listener is kept, wherever among the others it stands', () => {
    const own = candidate('a', { artistPlays: 3, openArtistPlays: 0 });
    const foreign = candidate('b', { artistPlays: 0, broadens: true });
    for (const order of [
      [candidate('a'), own, candidate('b'), foreign],
      [own, candidate('a'), foreign, candidate('b')],
    ])
      expect(mergeCandidates(order)).toMatchObject([
        { artistPlays: 3, openArtistPlays: 0 },
        { artistPlays: 0, broadens: true },
      ]);
  });

  test('never loses score nor changes its input', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('r', 's', 't'), fc.nat({ max: 1000 })), { maxLength: 20 }),
        (pairs) => {
          const input = pairs.map(([recordingId, score], i) =>
            Object.freeze(candidate(`i${i}`, { recordingId, score })),
          );
          const merged = mergeCandidates(input);
          expect(merged.reduce((sum, { score }) => sum + score, 0)).toBe(
            pairs.reduce((sum, [, score]) => sum + score, 0),
          );
          expect(new Set(merged.map(({ recordingId }) => recordingId)).size).toBe(merged.length);
        },
      ),
    );
  });
});

describe('what is familiar among what is next', () => {
  test('has a fifth of the places, and as many as the dial says where it is set', () => {
    const places = (count: number, dial?: number) => familiarPlaces(RANKING_WEIGHTS, count, dial);
    expect([1, 5, 6, 10].map((count) => places(count))).toEqual([1, 1, 2, 2]);
    expect([-1, -0.5, 0, 0.5, 1].map((dial) => places(10, dial))).toEqual([10, 6, 2, 1, 0]);
  });

  test('keeps its first places and stands behind everything else with the others, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean()), fc.nat(8), fc.nat(12), (familiar, places, wanted) => {
        const entries = familiar.map((known, at) => ({ known, at }));
        const mixed = demoteFamiliar(entries, ({ known }) => known, places, wanted);
        expect(mixed.toSorted((a, b) => a.at - b.at)).toEqual(entries);
        const first = mixed.slice(0, Math.min(wanted, entries.length));
        const strangers = entries.filter(({ known }) => !known).length;
        expect(first.filter(({ known }) => known).length).toBeLessThanOrEqual(
          Math.max(places, first.length - strangers),
        );
        for (const known of [true, false]) {
          const kept = first.filter((entry) => entry.known === known).map(({ at }) => at);
          expect(kept).toEqual(
            entries
              .filter((entry) => entry.known === known)
              .slice(0, kept.length)
              .map(({ at }) => at),
          );
        }
      }),
    );
  });
});
