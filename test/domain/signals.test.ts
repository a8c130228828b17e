import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AffinityEntry } from '../../shared/domain/affinity.ts';
import type { ListeningEvent } from '../../shared/domain/event.ts';
import { distinctEvents } from '../../shared/domain/event-order.ts';
import { type FoldOptions, foldSignals, type TrackTraits } from '../../shared/domain/signals.ts';
import { DAY_MS, HOUR_MS } from '../../shared/domain/time.ts';
import { anyEvents, event, NOW, past } from './some-events.ts';

const TRAITS: { readonly [recordingId: string]: TrackTraits } = {
  r1: { artistId: 'a1', genres: ['rock', 'indie', 'rock'], tempo: 120, key: 9, mode: 0, energy: 0.5 },
  r2: { artistId: 'a2', genres: ['rock'], tempo: 0, key: -1, mode: null, energy: null },
  r3: { artistId: null, genres: [], tempo: 90, key: 0, mode: 1, energy: 1 },
};
const options: FoldOptions = { now: NOW, describe: (_, recordingId) => TRAITS[recordingId] };
const fold = (events: readonly ListeningEvent[], more: Partial<FoldOptions> = {}) =>
  foldSignals(events, { ...options, ...more });

/** Σ_events 2^(−age/30d)·v(event), word by word, withdrawn events looked for pair by pair. */
function affinityTwin(events: readonly ListeningEvent[], recordingId: string): number {
  const standing = (e: ListeningEvent, i: number): boolean => {
    const later = events.slice(i + 1).filter((l) => l.recordingId === e.recordingId && !l.private);
    const has = (type: string) => later.some((l) => l.type === type);
    if (e.type === 'save') return !has('unsave');
    if (e.type === 'like') return !has('unsave') && !has('dislike');
    if (e.type === 'dislike') return !has('unsave') && !has('like');
    return true;
  };
  const v = (e: ListeningEvent): number => {
    if (e.type === 'save' || e.type === 'like' || e.type === 'playlist_add') return 3;
    if (e.type === 'dislike') return -1;
    if (e.type !== 'listen') return 0;
    if (e.skipped) return -1;
    if (e.msPlayed === null) return 1;
    const share = e.durationMs ? e.msPlayed / e.durationMs : null;
    if (e.msPlayed < 30_000 && (share === null || share < 0.95)) return -1;
    return share === null ? 1 : Math.min(1, share);
  };
  return events
    .filter((e, i) => e.recordingId === recordingId && !e.private && standing(e, i))
    .reduce((sum, e) => sum + 2 ** (-(NOW - e.occurredAt) / (30 * DAY_MS)) * v(e) * e.plays, 0);
}

describe('foldSignals', () => {
  it('of nothing is empty', () => {
    const signals = fold([]);
    expect(signals).toMatchObject({ recent: [], sessions: [], conflicts: 0, rates: { listens: 0 } });
    for (const part of [signals.recordings, signals.artists, signals.genres, signals.heard])
      expect(part.size).toBe(0);
    expect(signals.hours).toHaveLength(24);
    expect([signals.saved.size, signals.disliked.size]).toEqual([0, 0]);
  });

  it('sums affinity per recording, artist and genre, a genre named twice once', () => {
    const signals = fold([
      past(30, 'listen', { msPlayed: 120_000, durationMs: 240_000 }),
      past(60, 'save'),
      past(0, 'listen', { msPlayed: 1_000 }),
      past(0, 'listen', { recordingId: 'r2', artistId: null, plays: 4 }),
    ]);
    const r1: AffinityEntry = { affinity: 0.25 + 0.75 - 1, plays: 1, skips: 1, listens: 2, lastAt: NOW };
    const r2: AffinityEntry = { affinity: 4, plays: 4, skips: 0, listens: 4, lastAt: NOW };
    expect(signals.recordings).toEqual(new Map(Object.entries({ r1, r2 })));
    expect(signals.artists).toEqual(new Map(Object.entries({ a1: r1, a2: r2 })));
    expect(signals.genres.get('indie')).toEqual(r1);
    expect(signals.genres.get('rock')).toEqual({ affinity: 4, plays: 5, skips: 1, listens: 6, lastAt: NOW });
  });

  it('keeps negative affinities as they are', () => {
    expect(fold([past(0, 'listen', { skipped: true })]).recordings.get('r1')?.affinity).toBe(-1);
  });

  it('names no artist and no genre that nobody named', () => {
    const signals = fold([event({ recordingId: 'unknown', artistId: null })]);
    expect([signals.artists.size, signals.genres.size, signals.recordings.size]).toEqual([0, 0, 1]);
    expect(signals.recent[0]?.artistId).toBeNull();
  });

  it('takes withdrawn saves out of artists and genres too', () => {
    const signals = fold([past(3, 'save'), past(2, 'unsave')]);
    expect([signals.recordings.size, signals.artists.size, signals.genres.size]).toEqual([0, 0, 0]);
    expect(signals.saved.size).toBe(0);
  });

  it('counts a private listen as heard and recent, never as taste', () => {
    const signals = fold([event({ private: true, occurredAt: NOW - 5 })]);
    expect(signals.heard).toEqual(new Map([['r1', { itemId: 'item-of-r1', lastAt: NOW - 5 }]]));
    expect(signals.recent[0]).toMatchObject({ recordingId: 'r1', private: true });
    expect(signals.sessions[0]).toMatchObject({ listens: 1, privateListens: 1 });
    expect([signals.recordings.size, signals.rates.listens]).toEqual([0, 0]);
    expect(signals.hours.every((slot) => slot.weight === 0)).toBe(true);
  });

  it('obeys a dislike and an unsave made in private', () => {
    const signals = fold([
      past(3, 'save', { recordingId: 'r1' }),
      past(2, 'unsave', { recordingId: 'r1', private: true }),
      past(1, 'dislike', { recordingId: 'r2', private: true }),
    ]);
    expect([signals.saved, signals.disliked]).toEqual([new Set(), new Set(['r2'])]);
    expect(signals.recordings.has('r2')).toBe(false);
  });

  it('hears what is skipped, and names the item heard last', () => {
    const signals = fold([
      past(1, 'listen', { itemId: 'new', msPlayed: 10 }),
      past(2, 'listen', { itemId: 'old' }),
      past(0, 'save', { recordingId: 'r2' }),
    ]);
    expect(signals.heard).toEqual(new Map([['r1', { itemId: 'new', lastAt: NOW - DAY_MS }]]));
  });

  it('lists the fifty latest listens, newest first, by the derived skip', () => {
    const events = Array.from({ length: 60 }, (_, i) =>
      past(i, 'listen', { itemId: `i${i}`, msPlayed: i * 1000 }),
    );
    const { recent } = fold([...events, past(0, 'save')]);
    expect(recent.map((listen) => listen.itemId)).toEqual(Array.from({ length: 50 }, (_, i) => `i${i}`));
    expect(recent.map((listen) => listen.skipped)).toEqual(recent.map((_, i) => i < 30));
  });

  it('profiles plays by hour with what the catalogue knows, and leaves out skips and aggregates', () => {
    const { hours, sessions } = fold([
      event({ occurredAt: NOW - 2 * HOUR_MS }),
      event({ occurredAt: NOW - 2 * HOUR_MS, msPlayed: 10 }),
      event({ occurredAt: NOW - 2 * HOUR_MS, plays: 90 }),
    ]);
    const slot = hours[22];
    expect(slot?.weight).toBeGreaterThan(0.99);
    expect(slot?.weight).toBeLessThan(1);
    expect((slot?.tempoSum ?? 0) / (slot?.tempoWeight ?? 0)).toBeCloseTo(120, 9);
    expect(slot?.keyWeights[9]).toBe(slot?.weight);
    expect(hours.filter((other) => other.weight > 0)).toHaveLength(1);
    expect(sessions.map((session) => session.listens)).toEqual([2]);
  });
});

describe('laws of the fold', () => {
  const shuffledWithRepeats = anyEvents.chain((events) =>
    fc
      .tuple(
        fc.shuffledSubarray(events, { minLength: events.length }),
        fc.array(fc.nat({ max: Math.max(0, events.length - 1) }), { maxLength: 30 }),
        fc.array(fc.nat(), { minLength: 70, maxLength: 70 }),
      )
      .map(([shuffled, repeats, places]) => {
        const again = [...shuffled];
        for (const [i, index] of repeats.entries()) {
          const repeated = events[index];
          if (repeated !== undefined) again.splice((places[i] ?? 0) % (again.length + 1), 0, { ...repeated });
        }
        return { events, again };
      }),
  );

  it('any order and any repetition give the same signals, to the last bit and entry order', () => {
    fc.assert(
      fc.property(shuffledWithRepeats, ({ events, again }) => {
        const [expected, actual] = [fold(events), fold(again)];
        expect(actual).toEqual(expected);
        expect([...actual.recordings]).toEqual([...expected.recordings]);
        expect([...actual.genres]).toEqual([...expected.genres]);
      }),
      { numRuns: 300 },
    );
  });

  it('batches that overlap, kept in any order, give the same signals', () => {
    const cuts = fc.tuple(fc.nat(), fc.nat());
    fc.assert(
      fc.property(anyEvents, cuts, (events, [a, b]) => {
        const [from, to] = [a, b].map((cut) => cut % (events.length + 1)).toSorted((x, y) => x - y);
        const batches = [events.slice(from), events.slice(0, to), events.slice(from, to)];
        expect(fold(batches.flat())).toEqual(fold(events));
      }),
    );
  });

  it('folding what one fold kept changes nothing but conflicts', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const { conflicts, ...signals } = fold(events);
        const { conflicts: none, ...again } = fold(distinctEvents(events).events);
        expect(again).toEqual(signals);
        expect(none).toBe(0);
        expect(conflicts).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('taste is as if private and excluded events had not happened; heard is as if they were like any other', () => {
    const excluded = (e: ListeningEvent): boolean => e.recordingId === 'r2' || e.artistId === 'a2';
    fc.assert(
      fc.property(anyEvents, (events) => {
        const distinct = distinctEvents(events).events;
        const { recordings, artists, genres, hours, rates } = fold(distinct, { excluded });
        const plain = fold(distinct.filter((e) => !e.private && !excluded(e)));
        expect({ recordings, artists, genres, hours, rates }).toEqual({
          recordings: plain.recordings,
          artists: plain.artists,
          genres: plain.genres,
          hours: plain.hours,
          rates: plain.rates,
        });
        const heard = fold(distinct.map((e) => ({ ...e, private: false }))).heard;
        expect(fold(distinct, { excluded }).heard).toEqual(heard);
      }),
    );
  });

  it('affinity is the literal sum', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const ordered = distinctEvents(events).events;
        const { recordings } = fold(events);
        for (const recordingId of ['r1', 'r2', 'r3', 'r4'])
          expect(recordings.get(recordingId)?.affinity ?? 0).toBeCloseTo(
            affinityTwin(ordered, recordingId),
            9,
          );
      }),
      { numRuns: 300 },
    );
  });

  it('every listen is in one session, one hour at most, and counted once', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const listens = distinctEvents(events).events.filter((e) => e.type === 'listen');
        const { sessions, heard, rates, recordings } = fold(events);
        expect(sessions.reduce((sum, s) => sum + s.listens, 0)).toBe(
          listens.filter((e) => e.plays === 1).length,
        );
        expect(new Set(heard.keys())).toEqual(new Set(listens.map((e) => e.recordingId)));
        const open = listens.filter((e) => !e.private).reduce((sum, e) => sum + e.plays, 0);
        expect(rates.listens).toBe(open);
        expect([...recordings.values()].reduce((sum, entry) => sum + entry.listens, 0)).toBe(open);
      }),
    );
  });
});
