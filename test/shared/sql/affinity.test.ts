/** Affinities, seeds, sittings by the hour and taste profiles against the fold of shared/domain/signals.ts. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AffinityEntry, eventValue } from '../../../shared/domain/affinity.ts';
import { isPlay, isSkip } from '../../../shared/domain/event.ts';
import { withdrawnFeedback } from '../../../shared/domain/feedback.ts';
import { keyModeIndex } from '../../../shared/domain/listening-profile.ts';
import { parseTaste, type Taste } from '../../../shared/domain/taste.ts';
import { DAY_MS, utcHour } from '../../../shared/domain/time.ts';
import { anyHistory, CROWD, runs } from './any-history.ts';
import { type Row, type Rows, runStages } from './stage-fixture.ts';
import { type Recording, recordingsOf } from './twin/catalogue.ts';
import { type Listener, listenersOf } from './twin/listeners.ts';
import { groupRows, NAMED, type Names, namesOf } from './twin/named.ts';

const SMALL = { history_cap: 5, artist_history_cap: 3, profile_size: 4 };
const STAGES = [...NAMED, 'affinity_tracks', 'affinity_artists', 'affinity_genres'];
const LATER = ['seeds', 'artist_seeds', 'taste_profiles'];

interface Told {
  readonly rows: Rows;
  readonly names: Names;
  readonly recordings: ReadonlyMap<string, Recording>;
  readonly listener: Listener;
}

const of = (rows: readonly Row[], { names, listener }: Told) =>
  rows.filter(({ lid }) => names.listener(lid) === listener.listenerId);

/** Within a millionth per listen that the sum is over, for every event is rounded once. */
function close(
  millionths: unknown,
  affinity: number,
  { plays, skips }: { plays: number; skips: number },
): void {
  const events = plays + skips + 20;
  expect(Math.abs(Number(millionths) / 1e6 - affinity)).toBeLessThanOrEqual(1e-6 * events);
}

/** The fold's entries; the build has rows without taste as well, which then count nothing. */
function checkAffinities(
  found: ReadonlyMap<string, Row>,
  folded: ReadonlyMap<string, AffinityEntry>,
  plays: string,
): void {
  for (const [key, entry] of folded) {
    const row = found.get(key);
    close(row?.affinity, entry.affinity, entry);
    expect(row?.[plays], key).toBe(entry.plays);
  }
  for (const [key, row] of found)
    if (!folded.has(key))
      expect({ key, affinity: row.affinity, plays: row[plays] }).toEqual({ key, affinity: 0, plays: 0 });
}

/** Σ v·(age in days + 3)^-1.2 of what was played, saved or liked openly, event by event. */
function activationsOf({ events, outside, lastAt }: Listener): ReadonlyMap<string, number> {
  const open = events.filter((event) => !outside(event));
  const withdrawn = withdrawnFeedback(open);
  const sums = new Map<string, number>();
  for (const event of open) {
    const value = withdrawn.has(event.eventId) ? 0 : Math.max(0, eventValue(event));
    const weight = value / ((lastAt - event.occurredAt) / DAY_MS + 3) ** 1.2;
    sums.set(event.recordingId, (sums.get(event.recordingId) ?? 0) + weight);
  }
  return sums;
}

function checkTracks(told: Told): void {
  const { rows, names, listener } = told;
  const { signals, listens } = listener;
  const theirs = of(rows('affinity_tracks'), told);
  const found = new Map(theirs.map((row) => [names.recording(row.tid), row]));
  checkAffinities(found, signals.recordings, 'public_plays');
  const activations = activationsOf(listener);
  for (const [recordingId, row] of found) {
    close(row.activation, activations.get(recordingId) ?? 0, { plays: Number(row.listens), skips: 0 });
    const heard = listens.filter((listen) => listen.recordingId === recordingId);
    const played = heard.filter(isPlay);
    const count = (events: typeof heard) => events.reduce((sum, { plays }) => sum + plays, 0);
    const last = (events: typeof heard) => events.at(-1)?.occurredAt ?? null;
    const entry = signals.recordings.get(recordingId);
    expect(row, `${listener.listenerId} ${recordingId}`).toMatchObject({
      listens: count(heard),
      plays: count(played),
      skips: count(heard.filter(isSkip)),
      public_skips: entry?.skips ?? 0,
      last_at: entry?.lastAt ?? null,
      last_heard_at: last(heard),
      last_play_at: last(played),
    });
  }
  const heard = theirs.filter((row) => Number(row.listens) > 0).map((row) => names.recording(row.tid));
  expect(heard.sort()).toEqual([...signals.heard.keys()].sort());
}

function checkArtists(told: Told): void {
  const { rows, names, listener } = told;
  const theirs = of(rows('affinity_artists'), told);
  const found = new Map(theirs.map((row) => [names.artist(row.aid), row]));
  checkAffinities(found, listener.signals.artists, 'public_plays');
  for (const [artistId, row] of found) {
    const played = listener.listens.filter((listen) => listen.artistId === artistId && isPlay(listen));
    expect(row.plays).toBe(played.reduce((sum, { plays }) => sum + plays, 0));
    expect(row.recordings).toBe(new Set(played.map(({ recordingId }) => recordingId)).size);
  }
}

function checkGenres(told: Told): void {
  const found = new Map(of(told.rows('affinity_genres'), told).map((row) => [String(row.genre), row]));
  checkAffinities(found, told.listener.signals.genres, 'plays');
}

/** Entries by what the build ranks them by; affinities are compared by the build's own, to not trip over rounding. */
function bestOf<T extends { affinity: number; id: string }>(entries: readonly T[], limit: number): T[] {
  const positive = entries.filter(({ affinity }) => affinity > 0);
  return positive.sort((a, b) => b.affinity - a.affinity || (a.id < b.id ? -1 : 1)).slice(0, limit);
}

const taste = (affinity: number) => Math.round(Math.log(1 + Math.max(affinity, 0) / 1e6) * 1e6);

function checkSeeds(told: Told): void {
  const { rows, names, recordings } = told;
  const liked = of(rows('affinity_tracks'), told)
    .filter(({ evidence }) => Number(evidence) > 0)
    .map((row) => ({ row, recording: recordings.get(names.recording(row.tid)) as Recording }))
    .filter(({ recording }) => recording.kind !== 'episode');
  const tracks = liked.filter(({ recording }) => recording.kind === 'track');
  const kind = tracks.length * 2 >= liked.length ? 'track' : 'artist';
  const recent = liked
    .filter(({ recording }) => recording.kind === kind)
    .sort((a, b) => Number(b.row.last_at) - Number(a.row.last_at) || Number(a.row.tid) - Number(b.row.tid))
    .slice(0, SMALL.history_cap);
  const preferred = recent.toSorted(
    (a, b) => Number(b.row.affinity) - Number(a.row.affinity) || Number(a.row.tid) - Number(b.row.tid),
  );
  const expected = recent.map((seed, index) => ({
    lid: seed.row.lid,
    tid: seed.row.tid,
    kind,
    seed_no: index,
    weight: Math.round(recent.length ** -0.5 * 1e6),
    taste: taste(Number(seed.row.affinity)),
    preference: preferred.indexOf(seed) + 1,
  }));
  expect(of(rows('seeds'), told)).toEqual(expected);
}

function checkArtistSeeds(told: Told): void {
  const { rows } = told;
  const preferred = of(rows('affinity_artists'), told)
    .filter(({ evidence }) => Number(evidence) > 0)
    .sort((a, b) => Number(b.affinity) - Number(a.affinity) || Number(a.aid) - Number(b.aid))
    .slice(0, SMALL.artist_history_cap);
  const expected = preferred.map(({ lid, aid, affinity }, index) => ({
    lid,
    aid,
    weight: Math.round(preferred.length ** -0.5 * 1e6),
    taste: taste(Number(affinity)),
    preference: index + 1,
  }));
  expect(of(rows('artist_seeds'), told)).toEqual(expected);
}

function hoursOf({ listener, recordings }: Told): Taste['hours'] {
  const played = listener.listens.filter(
    (listen) => isPlay(listen) && listen.plays === 1 && !listener.outside(listen),
  );
  const byHour = groupRows(played, ({ occurredAt }) => String(utcHour(occurredAt)));
  return [...byHour].map(([hour, listens]) => {
    const sounds = listens.map(({ recordingId }) => recordings.get(recordingId) as Recording);
    const tempos = sounds.flatMap(({ tempo }) => (tempo !== null && tempo > 0 ? Math.round(tempo * 10) : []));
    const energies = sounds.flatMap(({ energy }) => (energy === null ? [] : Math.round(energy * 1000)));
    const keys = new Map<number, number>();
    for (const { key, mode } of sounds) {
      const k = keyModeIndex(key, mode) === null ? -1 : (key as number) * 2 + (mode as number);
      keys.set(k, (keys.get(k) ?? 0) + 1);
    }
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    return {
      hour: Number(hour),
      plays: listens.length,
      tempoPlays: tempos.length,
      tempoSum: sum(tempos),
      energyPlays: energies.length,
      energySum: sum(energies),
      keys: [...keys].map(([k, n]) => ({ k, n })).sort((a, b) => a.k - b.k),
    };
  });
}

function checkTaste(told: Told, text: string): void {
  const { rows, names, recordings, listener } = told;
  const { rates, sessions } = listener.signals;
  const found = parseTaste(text);
  const plays = rates.listens - rates.skips;
  const newRecordings = [...listener.signals.recordings.values()].filter((entry) => entry.plays > 0).length;
  expect(found).toMatchObject({
    asOf: listener.lastAt,
    since: listener.firstAt,
    listens: rates.listens,
    plays,
    skips: rates.skips,
    measured: rates.measured,
    completions: rates.completed,
    recordings: newRecordings,
    sessions: sessions.length,
    appetite: plays === 0 ? 0 : Math.floor((newRecordings * 1000) / plays),
  });
  const artists = of(rows('affinity_artists'), told).map((row) => ({
    id: names.artist(row.aid),
    affinity: Number(row.affinity),
    plays: Number(row.public_plays),
  }));
  expect(found.artists.map(({ name: _, ...entry }) => entry)).toEqual(bestOf(artists, SMALL.profile_size));
  const genres = of(rows('affinity_genres'), told).map(({ genre, affinity, plays: n }) => ({
    id: String(genre),
    affinity: Number(affinity),
    plays: Number(n),
  }));
  expect(found.genres.map(({ name, ...entry }) => ({ id: name, ...entry }))).toEqual(
    bestOf(genres, SMALL.profile_size),
  );
  const tracks = of(rows('affinity_tracks'), told)
    .map((row) => ({ row, recording: recordings.get(names.recording(row.tid)) as Recording }))
    .filter(({ recording }) => recording.kind !== 'episode')
    .map(({ row, recording }) => ({
      id: recording.recordingId,
      item: recording.itemId,
      affinity: Number(row.affinity),
      activation: Number(row.activation),
      plays: Number(row.public_plays),
    }))
    .filter(({ affinity }) => affinity > 0)
    .sort((a, b) => b.activation - a.activation || (a.id < b.id ? -1 : 1))
    .slice(0, SMALL.profile_size);
  expect(found.tracks.map(({ id, recording, ...entry }) => ({ id: recording, item: id, ...entry }))).toEqual(
    tracks.map(({ activation: _, ...entry }) => entry),
  );
  const hours = hoursOf(told).toSorted((a, b) => a.hour - b.hour);
  expect(found.hours).toEqual(hours);
}

test('affinities, seeds and taste are those of the fold at the last event', async () => {
  let entries = 0;
  await fc.assert(
    fc.asyncProperty(anyHistory, async (history) => {
      const rows = await runStages(history, { stages: [...STAGES, ...LATER], parameters: SMALL });
      const recordings = recordingsOf(history);
      const names = namesOf(rows);
      const texts = new Map(rows('taste_profiles').map((row) => [row.listener_id, String(row.taste)]));
      for (const listener of listenersOf(history, recordings).values()) {
        const told = { rows, names, recordings, listener };
        checkTracks(told);
        checkArtists(told);
        checkGenres(told);
        checkSeeds(told);
        checkArtistSeeds(told);
        const text = texts.get(listener.listenerId);
        if (text !== undefined) checkTaste(told, text);
        else expect(of(rows('affinity_tracks'), told)).toEqual([]);
        entries += listener.signals.recordings.size;
      }
    }),
    runs(10, [CROWD]),
  );
  expect(entries).toBeGreaterThan(100);
});
