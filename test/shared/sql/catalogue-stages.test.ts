/** Recordings, artists, popularity and what comes of them, against the catalogue read attribute by attribute. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCandidates } from '../../../shared/domain/candidate.ts';
import { keyModeIndex } from '../../../shared/domain/listening-profile.ts';
import { DEFAULT_PARAMETERS } from '../../../shared/sql/parameters.ts';
import { anyHistory, runs } from './any-history.ts';
import { type Row, type Rows, runStages } from './stage-fixture.ts';
import { artistIdsOf, newest, type Recording, recordingsOf } from './twin/catalogue.ts';
import { type Listener, listenersOf } from './twin/listeners.ts';
import { groupRows, NAMED, namesOf } from './twin/named.ts';

const STAGES = [...NAMED, 'affinity_tracks', 'popularity', 'artist_tracks', 'item_features'];
const PARAMETERS = { tracks_per_artist: 2 };

const scaled = (value: number | null, by: number) => (value === null ? null : Math.round(value * by));

function checkRecordings(rows: readonly Row[], recordings: ReadonlyMap<string, Recording>): void {
  expect(rows.map(({ tid }) => tid)).toEqual(rows.map((_, index) => index + 1));
  expect(rows.map(({ recording_id }) => recording_id)).toEqual([...recordings.keys()]);
  for (const row of rows) {
    const recording = recordings.get(String(row.recording_id)) as Recording;
    const md5 = createHash('md5').update(recording.recordingId).digest('hex');
    expect(row).toMatchObject({
      item_id: recording.itemId,
      kind: recording.kind,
      title: recording.title,
      artist: recording.artist,
      artist_id: recording.artistId,
      album: recording.album,
      genre: recording.genres[0] ?? null,
      tempo: scaled(recording.tempo, 10),
      key: recording.key,
      mode: recording.mode,
      energy: scaled(recording.energy, 1000),
      valence: scaled(recording.valence, 1000),
      audio_tempo: scaled(recording.audio.tempo, 10),
      audio_energy: scaled(recording.audio.energy, 1000),
      audio_valence: scaled(recording.audio.valence, 1000),
      year: recording.year,
      explicit: recording.explicit,
      duration_ms: recording.durationMs,
      popularity: recording.popularity,
      released_at: recording.releasedAt,
      hash1: Number.parseInt(md5.slice(0, 8), 16),
      hash2: Number.parseInt(md5.slice(8, 16), 16),
    });
  }
}

interface Popularity {
  readonly listeners: number;
  readonly plays: number;
  readonly listens: number;
  /** The smoothed play rate. */
  readonly rate: number;
  /** Pseudo-listeners. */
  readonly prior: number;
}

/**
 * ln(1 + listeners + 3 · popularity²) · (plays + 10 · mean rate) / (listens + 10), popularity as a share and 0 where it is
 * not known, the mean rate that of the kind and 1 of a kind that was never played.
 */
function popularityOf(
  recordings: ReadonlyMap<string, Recording>,
  listeners: Iterable<Listener>,
): Map<string, Popularity> {
  const counts = new Map([...recordings.keys()].map((id) => [id, { listeners: 0, plays: 0, listens: 0 }]));
  for (const { signals } of listeners)
    for (const [recordingId, entry] of signals.recordings) {
      const count = counts.get(recordingId);
      if (count === undefined) throw new Error(`${recordingId} is no recording.`);
      count.plays += entry.plays;
      count.listens += entry.listens;
    }
  const prior = DEFAULT_PARAMETERS.prior_plays;
  const rates = new Map<string, number>();
  for (const [kind, of] of Map.groupBy(recordings.values(), (recording) => recording.kind)) {
    const total = (name: 'plays' | 'listens') =>
      of.reduce((sum, { recordingId }) => sum + (counts.get(recordingId)?.[name] ?? 0), 0);
    rates.set(kind, total('plays') === 0 ? 1 : total('plays') / total('listens'));
  }
  return new Map(
    [...counts].map(([id, count]) => {
      const { kind, popularity } = recordings.get(id) as Recording;
      const rate = (count.plays + prior * (rates.get(kind) ?? Number.NaN)) / (count.listens + prior);
      const share = (popularity ?? 0) / 100;
      return [id, { ...count, rate, prior: DEFAULT_PARAMETERS.prior_listeners * share ** 2 }];
    }),
  );
}

function checkPopularity(
  rows: Rows,
  recordings: ReadonlyMap<string, Recording>,
  listeners: Iterable<Listener>,
): void {
  const names = namesOf(rows);
  const expected = popularityOf(recordings, listeners);
  // Who likes it by now: open plays, and more of them than skips, with saves and dislikes.
  const fans = groupRows(
    rows('affinity_tracks').filter(
      ({ evidence, public_plays }) => Number(evidence) > 0 && Number(public_plays) > 0,
    ),
    ({ tid }) => names.recording(tid),
  );
  expect(rows('popularity')).toHaveLength(recordings.size);
  for (const row of rows('popularity')) {
    const id = names.recording(row.tid);
    const twin = expected.get(id) as Popularity;
    const count = fans.get(id)?.length ?? 0;
    expect(row, id).toMatchObject({ listeners: count, plays: twin.plays, listens: twin.listens });
    const score = Math.log(1 + count + twin.prior) * twin.rate * 1e6;
    expect(Math.abs(Number(row.score) - score)).toBeLessThanOrEqual(0.5001);
  }
  const genreOf = (row: Row) => recordings.get(names.recording(row.tid))?.genres[0] ?? '';
  checkPlaces(rows('popularity'), ({ kind }) => String(kind), 'place');
  checkPlaces(rows('popularity'), (row) => `${row.kind} ${genreOf(row)}`, 'place_in_genre');
}

/** Places count from 1 within each group, by score and then by id. */
function checkPlaces(rows: readonly Row[], groupOf: (row: Row) => string, place: string): void {
  for (const group of groupRows(rows, groupOf).values()) {
    const ranked = group.sort((a, b) => Number(b.score) - Number(a.score) || Number(a.tid) - Number(b.tid));
    expect(ranked.map((row) => row[place])).toEqual(ranked.map((_, index) => index + 1));
  }
}

function checkArtistTracks(rows: Rows, recordings: ReadonlyMap<string, Recording>): void {
  const names = namesOf(rows);
  const score = new Map(rows('popularity').map((row) => [row.tid, Number(row.score)]));
  const expected = new Map<string, unknown[]>();
  for (const row of rows('popularity')) {
    const { artistId, kind } = recordings.get(names.recording(row.tid)) as Recording;
    if (artistId === null || kind === 'episode') continue;
    expected.set(`${artistId} ${kind}`, [...(expected.get(`${artistId} ${kind}`) ?? []), row.tid]);
  }
  const found = groupRows(rows('artist_tracks'), ({ aid, kind }) => `${names.artist(aid)} ${kind}`);
  expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [key, tids] of expected) {
    const best = tids.toSorted(
      (a, b) => (score.get(b as never) ?? 0) - (score.get(a as never) ?? 0) || Number(a) - Number(b),
    );
    expect(found.get(key)?.map(({ tid }) => tid)).toEqual(best.slice(0, PARAMETERS.tracks_per_artist));
  }
}

function checkFeatures(rows: Rows, recordings: ReadonlyMap<string, Recording>): void {
  const names = namesOf(rows);
  expect(rows('item_features')).toHaveLength(recordings.size);
  for (const row of rows('item_features')) {
    const recording = recordings.get(names.recording(row.tid)) as Recording;
    const [candidate] = parseCandidates(`\n\n${row.features}\t0\t\t`);
    const hasKey = keyModeIndex(recording.key, recording.mode) !== null;
    expect(candidate).toEqual({
      itemId: recording.itemId,
      recordingId: recording.recordingId,
      artistId: recording.artistId,
      genre: recording.genres[0] ?? null,
      tempo: recording.tempo === null || recording.tempo === 0 ? null : Math.round(recording.tempo * 10) / 10,
      key: hasKey ? recording.key : null,
      mode: hasKey ? recording.mode : null,
      energy: recording.energy === null ? null : Math.round(recording.energy * 1000) / 1000,
      explicit: recording.explicit,
      score: 0,
      artistPlays: null,
      evidence: [],
    });
  }
}

test('the catalogue by recording is what the newest descriptions say, and popularity is smoothed', async () => {
  await fc.assert(
    fc.asyncProperty(anyHistory, async (history) => {
      const rows = await runStages(history, { stages: STAGES, parameters: PARAMETERS });
      const recordings = recordingsOf(history);
      checkRecordings(rows('recordings'), recordings);
      expect(rows('artists').map(({ artist_id }) => artist_id)).toEqual(artistIdsOf(history));
      for (const { artist_id, name, tempo } of rows('artists')) {
        const described = history.items.filter(({ artistId }) => artistId === artist_id);
        const features = history.artistFeatures.filter(({ artistId }) => artistId === artist_id);
        const named = [...described.map((item) => ({ ...item, name: item.artist })), ...features];
        expect(name).toBe(
          newest(
            named,
            ({ updatedAt }) => updatedAt,
            (entry) => entry.name,
          ),
        );
        expect(tempo).toBe(
          newest(
            features,
            ({ updatedAt }) => updatedAt,
            (entry) => entry.tempo,
          ),
        );
      }
      checkPopularity(rows, recordings, listenersOf(history, recordings).values());
      checkArtistTracks(rows, recordings);
      checkFeatures(rows, recordings);
    }),
    runs(8),
  );
});
