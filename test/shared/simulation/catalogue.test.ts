import { describe, expect, test } from 'vitest';
import { artistIdOf, recordingIdOf } from '../../../shared/domain/recording.ts';
import { generateCatalogue } from '../../../shared/simulation/catalogue.ts';
import { GENRES } from '../../../shared/simulation/genres.ts';
import { MISSING_SHARES } from '../../../shared/simulation/tracks.ts';

const UPDATED_AT = Date.UTC(2025, 2, 1);
const catalogue = generateCatalogue({ seed: 5, tracks: 4000, episodes: 100, updatedAt: UPDATED_AT });
const tracks = catalogue.items.filter((item) => item.kind === 'track');
const episodes = catalogue.items.filter((item) => item.kind === 'episode');
const share = (count: number, of: number) => count / of;

describe('generateCatalogue', () => {
  test('holds as many tracks and episodes as asked for, under distinct well-formed ids', () => {
    expect(tracks).toHaveLength(4000);
    expect(episodes).toHaveLength(100);
    expect(new Set(catalogue.items.map((item) => item.itemId)).size).toBe(4100);
    for (const item of tracks) expect(item.itemId).toMatch(/^track-\d{5}$/);
    for (const item of episodes) expect(item.itemId).toMatch(/^episode-\d{4}$/);
  });

  test('derives recording and artist ids from the names it shows', () => {
    for (const item of catalogue.items) {
      expect(item.recordingId).toBe(recordingIdOf(item));
      expect(item.artistId).toBe(artistIdOf(item.artist ?? ''));
    }
  });

  test('keeps distinct artists apart', () => {
    const names = Map.groupBy(tracks, (item) => item.artistId);
    for (const items of names.values()) expect(new Set(items.map((item) => item.artist)).size).toBe(1);
    expect(names.size).toBe(500);
  });

  test('has re-releases: other items of one recording, with the same artist and another title', () => {
    const shared = [...Map.groupBy(tracks, (item) => item.recordingId).values()].filter(
      (group) => group.length > 1,
    );
    const copies = shared.reduce((sum, group) => sum + group.length - 1, 0);
    expect(share(copies, tracks.length)).toBeGreaterThan(0.015);
    expect(share(copies, tracks.length)).toBeLessThan(0.05);
    for (const group of shared) {
      expect(new Set(group.map((item) => item.artist)).size).toBe(1);
      expect(group.filter((item) => !/master|Deluxe/i.test(item.title ?? ''))).toHaveLength(1);
    }
  });

  test('lacks attributes at the stated rates, always as null or empty', () => {
    const rate = (lacks: (item: (typeof tracks)[number]) => boolean) =>
      share(tracks.filter(lacks).length, tracks.length);
    expect(Math.abs(rate((item) => item.tempo === null) - MISSING_SHARES.audioFeatures)).toBeLessThan(0.03);
    expect(Math.abs(rate((item) => item.genres.length === 0) - MISSING_SHARES.genre)).toBeLessThan(0.02);
    expect(Math.abs(rate((item) => item.year === null) - MISSING_SHARES.year)).toBeLessThan(0.02);
    expect(Math.abs(rate((item) => item.durationMs === null) - MISSING_SHARES.duration)).toBeLessThan(0.02);
    expect(Math.abs(rate((item) => item.explicit === null) - MISSING_SHARES.explicit)).toBeLessThan(0.02);
    expect(rate((item) => item.key === null)).toBeGreaterThan(rate((item) => item.tempo === null));
    for (const item of tracks) {
      expect(item.energy === null).toBe(item.tempo === null);
      expect(item.valence === null).toBe(item.tempo === null);
      expect(item.mode === null).toBe(item.key === null);
    }
  });

  test('keeps every known attribute in its range', () => {
    const within = (value: number | null, low: number, high: number) =>
      expect(value === null || (value >= low && value <= high)).toBe(true);
    for (const item of tracks) {
      within(item.tempo, 50, 210);
      within(item.key, 0, 11);
      within(item.mode, 0, 1);
      within(item.energy, 0, 1);
      within(item.valence, 0, 1);
      within(item.year, 1955, 2025);
      within(item.durationMs, 75_000, 900_000);
    }
    for (const item of episodes) {
      within(item.durationMs, 20 * 60_000, 60 * 60_000);
      expect([item.tempo, item.key, item.energy, item.valence]).toEqual([null, null, null, null]);
    }
  });

  test('gives each genre its own sound', () => {
    const byGenre = Map.groupBy(catalogue.tracks, (track) => track.genre);
    expect(byGenre.size).toBe(GENRES.length);
    for (const [index, genre] of GENRES.entries()) {
      const list = byGenre.get(index) ?? [];
      const mean = (of: (track: (typeof list)[number]) => number) =>
        list.reduce((sum, track) => sum + of(track), 0) / list.length;
      const slack = (deviation: number) => (4 * deviation) / Math.sqrt(list.length) + 0.02;
      expect(Math.abs(mean((track) => track.tempo) - genre.tempo[0])).toBeLessThan(slack(genre.tempo[1]) + 2);
      expect(Math.abs(mean((track) => track.energy) - genre.energy[0])).toBeLessThan(slack(genre.energy[1]));
    }
    const spanning = catalogue.artists.filter((artist) => artist.genres.length === 2);
    expect(share(spanning.length, catalogue.artists.length)).toBeGreaterThan(0.08);
  });

  test('works for one track and no episode, and for more names than the words allow at once', () => {
    const tiny = generateCatalogue({ seed: 1, tracks: 1, episodes: 0, updatedAt: UPDATED_AT });
    expect(tiny.items).toHaveLength(1);
    const large = generateCatalogue({ seed: 1, tracks: 30_000, episodes: 700, updatedAt: UPDATED_AT });
    expect(new Set(large.tracks.map((track) => track.item.artistId)).size).toBe(3750);
    const recordings = new Set(large.items.map((item) => item.recordingId)).size;
    expect(share(recordings, large.items.length)).toBeGreaterThan(0.95);
    expect(new Set(large.shows.map((show) => show.name)).size).toBe(70);
  });
});
