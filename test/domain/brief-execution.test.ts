import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Brief,
  FAMILIARITIES,
  MOODS,
  OPEN_BRIEF,
  type Range,
  VERSIONS,
} from '../../shared/domain/brief.ts';
import {
  type BriefListener,
  ENOUGH,
  type ExecutionInput,
  executeBrief,
} from '../../shared/domain/brief-execution.ts';
import type { IndexedItem } from '../../shared/domain/indexed-item.ts';
import { hasMood, isVersion, isWithin } from '../../shared/domain/moods.ts';
import { generatedSnapshot, inOrder, sequenced, snapshotOf, someItem, stranger } from './brief-catalogue.ts';

const run = (brief: Partial<Brief>, input: Partial<ExecutionInput> & Pick<ExecutionInput, 'snapshot'>) =>
  executeBrief(
    { ...OPEN_BRIEF, ...brief },
    { listener: stranger, candidates: new Map(), seed: 1, sequence: inOrder, ...input },
  );
const idsOf = ({ tracks }: { tracks: readonly { item: IndexedItem }[] }) =>
  tracks.map(({ item: { itemId } }) => itemId);

/** What a brief demands of a track, told by the item alone: the twin of what the executor compiles. */
const ASKED: Readonly<Record<string, (item: IndexedItem, brief: Brief, listener: BriefListener) => boolean>> =
  {
    genres: ({ genres }, brief) =>
      brief.genres.length === 0 || genres.some((genre) => brief.genres.includes(genre)),
    moods: (item, brief) => brief.moods.length === 0 || brief.moods.some((mood) => hasMood(item, mood)),
    years: ({ year }, brief) => isUnbounded(brief.years) || isWithin(year, brief.years),
    bpm: ({ tempo }, brief) => isUnbounded(brief.bpm) || isWithin(tempo, brief.bpm),
    energy: ({ energy }, brief) => isUnbounded(brief.energy) || isWithin(energy, brief.energy),
    valence: ({ valence }, brief) => isUnbounded(brief.valence) || isWithin(valence, brief.valence),
    versions: ({ title }, brief) =>
      brief.versions.length === 0 || brief.versions.some((version) => isVersion(title, version)),
    familiarity: ({ recordingId, itemId }, brief, listener) =>
      brief.familiarity !== 'heard' || listener.hasHeard(recordingId, itemId),
  };
const isUnbounded = (range: Range | null) => range === null || (range.min === null && range.max === null);

function mayServe(item: IndexedItem, brief: Brief, listener: BriefListener, exclude: ReadonlySet<string>) {
  const { artistId, recordingId, itemId } = item;
  const isHeard = listener.hasHeard(recordingId, itemId);
  return (
    item.kind === 'track' &&
    !exclude.has(recordingId) &&
    !listener.isBlocked(item) &&
    !(brief.cleanOnly && item.explicit !== false) &&
    !(brief.onlyArtists.length > 0 && (artistId === null || !brief.onlyArtists.includes(artistId))) &&
    !(artistId !== null && brief.exclude.artists.includes(artistId)) &&
    !item.genres.some((genre) => brief.exclude.genres.includes(genre)) &&
    !brief.exclude.tracks.includes(itemId) &&
    !brief.seedTracks.includes(itemId) &&
    !brief.exclude.versions.some((version) => isVersion(item.title, version)) &&
    !brief.exclude.moods.some((mood) => hasMood(item, mood)) &&
    !(brief.familiarity === 'unheard' && isHeard) &&
    !(brief.familiarity === 'new_artists' && (isHeard || artistId === null || listener.knowsArtist(artistId)))
  );
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const tenths = fc.integer({ min: 0, max: 10 }).map((tenth) => tenth / 10);
const genre = fc.constantFrom('rock', 'jazz', 'house');
const artist: fc.Arbitrary<string> = fc.constantFrom('a1', 'a2', 'a3', 'a4');
const catalogue = fc
  .array(
    fc.record({
      recording: fc.integer({ min: 0, max: 25 }),
      kind: fc.constantFrom('track' as const, 'track' as const, 'track' as const, 'episode' as const),
      title: maybe(fc.constantFrom('Song', 'Song (Live)', 'Song - Remix', 'Song (Acoustic)')),
      artistId: maybe(artist),
      genres: fc.uniqueArray(genre, { maxLength: 2 }),
      tempo: maybe(fc.integer({ min: 80, max: 160 })),
      energy: maybe(tenths),
      valence: maybe(tenths),
      year: maybe(fc.integer({ min: 1990, max: 2010 })),
      explicit: maybe(fc.boolean()),
      durationMs: maybe(fc.integer({ min: 60_000, max: 600_000 })),
    }),
    { maxLength: 40 },
  )
  .map((list) =>
    list.map(({ recording, ...rest }, index) =>
      someItem(`t${index}`, { recordingId: `r${recording}`, ...rest }),
    ),
  );
const range = (value: fc.Arbitrary<number>) =>
  maybe(
    fc.tuple(maybe(value), maybe(value)).map(([a, b]): Range => {
      const isTurned = a !== null && b !== null && a > b;
      return isTurned ? { min: b, max: a } : { min: a, max: b };
    }),
  );
const few = <T>(entry: fc.Arbitrary<T>) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<T[]>([]) },
    { weight: 1, arbitrary: fc.uniqueArray(entry, { maxLength: 2 }) },
  );
const briefs: fc.Arbitrary<Brief> = fc.record({
  version: fc.constant(1 as const),
  genres: few(genre),
  moods: few(fc.constantFrom(...MOODS)),
  seedArtists: few(artist),
  seedTracks: few(fc.constantFrom('t0', 't1', 'gone')),
  onlyArtists: few(artist),
  years: range(fc.integer({ min: 1990, max: 2010 })),
  bpm: range(fc.integer({ min: 80, max: 160 })),
  energy: range(tenths),
  valence: range(tenths),
  languages: fc.constant([]),
  versions: few(fc.constantFrom(...VERSIONS)),
  cleanOnly: fc.boolean(),
  exclude: fc.record({
    genres: few(genre),
    artists: few(artist),
    tracks: few(fc.constantFrom('t2', 't3')),
    versions: few(fc.constantFrom(...VERSIONS)),
    moods: few(fc.constantFrom(...MOODS)),
  }),
  less: fc.record({ genres: few(genre), artists: few(artist) }),
  familiarity: fc.constantFrom(...FAMILIARITIES),
  discovery: maybe(tenths),
  popularity: fc.constantFrom(-1, 0, 0.5),
  arc: fc.constant(null),
  length: fc.record({ tracks: maybe(fc.integer({ min: 1, max: 12 })), minutes: fc.constant(null) }),
  unread: fc.constant([]),
});
const listeners = fc
  .record({
    heard: fc.uniqueArray(
      fc.integer({ min: 0, max: 25 }).map((n) => `r${n}`),
      { maxLength: 12 },
    ),
    known: fc.uniqueArray(artist, { maxLength: 3 }),
    blocked: fc.uniqueArray(
      fc.integer({ min: 0, max: 39 }).map((n) => `t${n}`),
      { maxLength: 8 },
    ),
  })
  .map(
    ({ heard, known, blocked }): BriefListener => ({
      hasHeard: (recordingId) => heard.includes(recordingId),
      knowsArtist: (artistId) => known.includes(artistId),
      affinityOf: (artistId) => (known.includes(artistId) ? 3 : 0),
      genreAffinity: (name) => (name === 'jazz' ? 2 : -1),
      isBlocked: ({ itemId }) => blocked.includes(itemId),
    }),
  );
const seeds = fc.integer({ min: 0, max: 1000 });
const excluded = fc
  .uniqueArray(fc.constantFrom('r1', 'r2', 'r3'))
  .map((list): ReadonlySet<string> => new Set(list));

describe('a brief executed', () => {
  test('serves only what may be served, each recording once, and tells every constraint that a track breaks', () => {
    fc.assert(
      fc.property(catalogue, briefs, listeners, seeds, excluded, (items, brief, listener, seed, exclude) => {
        const result = run(brief, { snapshot: snapshotOf(items), listener, seed, exclude });
        const served = result.tracks.map(({ item }) => item);
        for (const item of served) {
          expect(items).toContain(item);
          expect(mayServe(item, brief, listener, exclude)).toBe(true);
        }
        expect(new Set(served.map(({ recordingId }) => recordingId)).size).toBe(served.length);
        for (const [name, isMet] of Object.entries(ASKED)) {
          const broken = result.tracks.filter(({ item }) => !isMet(item, brief, listener));
          expect(result.tracks.filter(({ violated }) => violated.some((one) => one === name))).toEqual(
            broken,
          );
          const told = result.unmet.find(({ constraint }) => constraint === name);
          if (broken.length === 0) expect(told).toBeUndefined();
          else expect(told).toMatchObject({ satisfied: served.length - broken.length, of: served.length });
        }
      }),
      { numRuns: 400 },
    );
  });

  test('breaks nothing where enough tracks satisfy everything, and serves everything that may be before it serves too few', () => {
    fc.assert(
      fc.property(catalogue, briefs, listeners, seeds, (items, brief, listener, seed) => {
        const { tracks, unmet } = run(brief, { snapshot: snapshotOf(items), listener, seed });
        const servable = items.filter((item) => mayServe(item, brief, listener, new Set()));
        const perfect = servable.filter((item) =>
          Object.values(ASKED).every((isMet) => isMet(item, brief, listener)),
        );
        const recordings = (list: readonly IndexedItem[]) =>
          new Set(list.map(({ recordingId }) => recordingId));
        const wanted = brief.length.tracks ?? ENOUGH;
        const broken = tracks.filter(({ violated }) => violated.length > 0);
        if (recordings(perfect).size >= wanted) expect(broken).toEqual([]);
        else expect(tracks).toHaveLength(Math.min(wanted, recordings(servable).size));
        const isShort = tracks.length < wanted;
        expect(unmet.some(({ constraint }) => constraint === 'length')).toBe(isShort);
        // Every recording that satisfies everything is served before one that does not.
        if (broken.length > 0) {
          const kept = recordings(
            tracks.filter(({ violated }) => violated.length === 0).map(({ item }) => item),
          );
          for (const recording of recordings(perfect)) expect(kept.has(recording)).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
  });

  test('is the same for the same seed, whatever order equals come in, and another for another', () => {
    const snapshot = generatedSnapshot(2_000);
    const jazz = { genres: ['jazz'] };
    const first = run(jazz, { snapshot, seed: 5, sequence: sequenced });
    expect(run(jazz, { snapshot, seed: 5, sequence: sequenced })).toEqual(first);
    expect(run(jazz, { snapshot: snapshotOf(snapshot.items), seed: 5, sequence: sequenced })).toEqual(first);
    expect(idsOf(run(jazz, { snapshot, seed: 6, sequence: sequenced }))).not.toEqual(idsOf(first));
  });

  test('scores are the sum of their parts', () => {
    const { tracks } = run(
      { genres: ['rock'], discovery: 0.9, popularity: 1 },
      { snapshot: generatedSnapshot(500) },
    );
    expect(tracks.length).toBeGreaterThan(0);
    for (const { score, parts } of tracks)
      expect(score).toBeCloseTo(Object.values(parts).reduce((sum, part) => sum + part, 0));
  });
});

describe('giving way', () => {
  const jazz = (itemId: string, rest: Partial<IndexedItem> = {}) =>
    someItem(itemId, { genres: ['jazz'], ...rest });

  test('is as far as needed, vague before exact, near before far', () => {
    const items = [
      jazz('right', { energy: 0.2, tempo: 100 }),
      jazz('near-mood', { energy: 0.45, tempo: 100 }),
      jazz('far-mood', { energy: 0.9, tempo: 100 }),
      jazz('near-tempo', { energy: 0.2, tempo: 124 }),
      jazz('unknown-tempo', { energy: 0.2 }),
      someItem('other-genre', { energy: 0.2, tempo: 100 }),
    ];
    const served = (tracks: number) =>
      idsOf(
        run(
          {
            genres: ['jazz'],
            moods: ['calm'],
            bpm: { min: 90, max: 120 },
            length: { tracks, minutes: null },
          },
          { snapshot: snapshotOf(items) },
        ),
      );
    expect(served(1)).toEqual(['right']);
    expect(served(2)).toEqual(['right', 'near-mood']);
    expect(served(3)).toEqual(['right', 'near-mood', 'far-mood']);
    expect(served(4)).toEqual(['right', 'near-mood', 'far-mood', 'near-tempo']);
    expect(served(5)).toEqual(['right', 'near-mood', 'far-mood', 'near-tempo', 'unknown-tempo']);
    expect(served(6)).toEqual([
      'right',
      'near-mood',
      'far-mood',
      'near-tempo',
      'unknown-tempo',
      'other-genre',
    ]);
  });

  test('tells what was wanted, what was served and how many tracks satisfy it', () => {
    const items = [jazz('a', { year: 1962 }), jazz('b', { year: 1990 }), jazz('c')];
    const years = { min: 1960, max: 1969 };
    const { unmet } = run({ years, length: { tracks: 3, minutes: null } }, { snapshot: snapshotOf(items) });
    expect(unmet).toEqual([
      {
        constraint: 'years',
        wanted: years,
        reason: '1 of 3 tracks satisfy it, of 1 among the 3 that nothing rules out.',
        relaxed: { min: 1962, max: 1990 },
        satisfied: 1,
        of: 3,
      },
    ]);
  });

  test('never reaches other artists, explicit or unmarked tracks, nor what was heard', () => {
    const items = [
      jazz('mine', { artistId: 'a1', explicit: false }),
      jazz('mine-explicit', { artistId: 'a1', explicit: true }),
      jazz('mine-unmarked', { artistId: 'a1' }),
      jazz('other', { artistId: 'a2', explicit: false }),
    ];
    const { tracks, unmet } = run(
      { onlyArtists: ['a1'], cleanOnly: true, length: { tracks: 4, minutes: null } },
      { snapshot: snapshotOf(items) },
    );
    expect(tracks.map(({ item }) => item.itemId)).toEqual(['mine']);
    expect(unmet).toMatchObject([{ constraint: 'length', wanted: 4, relaxed: 1 }]);
    const listener = { ...stranger, hasHeard: () => true };
    expect(run({ familiarity: 'unheard' }, { snapshot: snapshotOf(items), listener }).tracks).toEqual([]);
  });

  test('where no length was asked for stops at ten tracks', () => {
    const items = [
      ...Array.from({ length: 4 }, (_, n) => jazz(`jazz-${n}`)),
      ...Array.from({ length: 40 }, (_, n) => someItem(`other-${n}`)),
    ];
    const { tracks } = run({ genres: ['jazz'] }, { snapshot: snapshotOf(items) });
    expect(tracks).toHaveLength(ENOUGH);
    expect(tracks.filter(({ violated }) => violated.length === 0)).toHaveLength(4);
  });

  test('what the catalogue cannot know is unmet at once: languages, seeds that it does not have', () => {
    const snapshot = snapshotOf([jazz('a')]);
    const { unmet } = run({ languages: ['es'], seedArtists: ['nobody'], seedTracks: ['gone'] }, { snapshot });
    expect(unmet.map(({ constraint }) => constraint)).toEqual([
      'languages',
      'seedArtists',
      'seedTracks',
      'length',
    ]);
  });

  test('an empty catalogue makes an empty playlist', () => {
    const result = run({}, { snapshot: snapshotOf([]) });
    expect(result).toMatchObject({ tracks: [], considered: 0, matching: 0 });
    expect(result.unmet.map(({ constraint }) => constraint)).toEqual(['length']);
  });
});

describe('what is chosen', () => {
  const snapshot = generatedSnapshot(4_000);
  const mean = (tracks: readonly { item: IndexedItem }[], read: (item: IndexedItem) => number) =>
    tracks.reduce((sum, { item }) => sum + read(item), 0) / tracks.length;

  test('is spread: two of one artist where there is a choice; more only to satisfy more, and that is told', () => {
    const { tracks, unmet } = run({ genres: ['pop'] }, { snapshot });
    const counts = Map.groupBy(tracks, ({ item }) => item.artistId);
    expect(Math.max(...[...counts.values()].map((list) => list.length))).toBe(2);
    expect(unmet).toEqual([]);
    const many = Array.from({ length: 12 }, (_, n) => someItem(`t${n}`, { artistId: 'a', genres: ['jazz'] }));
    const one = run({ genres: ['jazz'] }, { snapshot: snapshotOf(many) });
    expect(one.tracks).toHaveLength(12);
    expect(one.unmet).toMatchObject([{ constraint: 'spread', relaxed: 12 }]);
    expect(run({ onlyArtists: ['a'] }, { snapshot: snapshotOf(many) }).unmet).toEqual([]);
  });

  test.each([30, 45, 60, 120, 300])('lasts %i minutes within 5% or half a track', (minutes) => {
    for (const genres of [['techno'], ['pop'], ['classical', 'jazz'], []]) {
      const { tracks, unmet } = run({ genres, length: { tracks: null, minutes } }, { snapshot });
      const ms = mean(tracks, ({ durationMs }) => durationMs ?? Number.NaN) * tracks.length;
      expect(Math.abs(ms / 60_000 - minutes)).toBeLessThanOrEqual(
        Math.max(0.05 * minutes, ms / tracks.length / 120_000),
      );
      expect(unmet.filter(({ constraint }) => constraint === 'length')).toEqual([]);
    }
  });

  test('tracks of unknown duration are taken only where the others do not do, and that is told', () => {
    const items = [
      ...Array.from({ length: 5 }, (_, n) => someItem(`timed-${n}`, { durationMs: 180_000 })),
      ...Array.from({ length: 20 }, (_, n) => someItem(`untimed-${n}`)),
    ];
    const ten = run({ length: { tracks: null, minutes: 15 } }, { snapshot: snapshotOf(items) });
    expect(ten.tracks.every(({ item }) => item.durationMs !== null)).toBe(true);
    const hour = run({ length: { tracks: null, minutes: 60 } }, { snapshot: snapshotOf(items) });
    expect(hour.tracks.filter(({ item }) => item.durationMs !== null)).toHaveLength(5);
    expect(hour.unmet).toMatchObject([
      { constraint: 'length', reason: expect.stringContaining('not known') },
    ]);
  });

  test('follows the wish for the known or the unknown', () => {
    const popularity = ({ popularity: value }: IndexedItem) => value;
    const [least, usual, most] = [-1, 0, 1].map((wish) =>
      mean(run({ genres: ['pop'], popularity: wish }, { snapshot }).tracks, popularity),
    );
    expect(least).toBeLessThan(usual as number);
    expect(most).toBeGreaterThan(usual as number);
  });

  test('follows the discovery dial', () => {
    const heard = new Set(
      snapshot.items.filter((_, index) => index % 4 === 0).map(({ recordingId }) => recordingId),
    );
    const listener = { ...stranger, hasHeard: (recordingId: string) => heard.has(recordingId) };
    const shareHeard = (discovery: number) =>
      mean(run({ discovery }, { snapshot, listener }).tracks, ({ recordingId }) =>
        heard.has(recordingId) ? 1 : 0,
      );
    expect(shareHeard(0)).toBe(1);
    expect(shareHeard(1)).toBe(0);
  });

  test('is like its seeds, follows other evidence, and does without the seed tracks themselves', () => {
    const seed = snapshot.items.find(({ genres }) => genres.includes('techno')) as IndexedItem;
    const { tracks } = run({ seedTracks: [seed.itemId] }, { snapshot });
    expect(tracks.map(({ item }) => item)).not.toContain(seed);
    expect(
      mean(tracks, ({ genres }) => (genres.some((name) => seed.genres.includes(name)) ? 1 : 0)),
    ).toBeGreaterThan(0.9);
    const [by] = run({ seedArtists: [seed.artistId as string] }, { snapshot, sequence: inOrder }).tracks;
    expect(by?.reasons[0]).toEqual({ reason: 'seed_artist', value: seed.artistId });
    const evidence = snapshot.items.slice(500, 505).map(({ itemId }) => [itemId, 1] as const);
    const found = run({}, { snapshot, candidates: new Map(evidence), listener: stranger });
    expect(idsOf(found)).toEqual(expect.arrayContaining(evidence.map(([itemId]) => itemId)));
  });

  test('has less of what there should be less of, without forbidding it', () => {
    const rock = ({ genres }: IndexedItem) => (genres.includes('rock') ? 1 : 0);
    const brief = { genres: ['rock', 'jazz'] };
    expect(mean(run(brief, { snapshot }).tracks, rock)).toBeGreaterThan(0);
    expect(mean(run({ ...brief, less: { genres: ['rock'], artists: [] } }, { snapshot }).tracks, rock)).toBe(
      0,
    );
    const only = run({ genres: ['rock'], less: { genres: ['rock'], artists: [] } }, { snapshot });
    expect(mean(only.tracks, rock)).toBe(1);
  });

  test('is in the order that the sequencer gives', () => {
    const backwards = run(
      {},
      { snapshot, sequence: (tracks) => tracks.map((_, index) => tracks.length - 1 - index) },
    );
    expect(idsOf(backwards)).toEqual(idsOf(run({}, { snapshot })).reverse());
  });

  test('`count` stands before the brief’s own length', () => {
    expect(run({ length: { tracks: 30, minutes: null } }, { snapshot, count: 3 }).tracks).toHaveLength(3);
    expect(run({ length: { tracks: null, minutes: 30 } }, { snapshot, count: 3 }).tracks).toHaveLength(3);
  });
});
