/** Public research data, where it is: SEGUE_SAMPLE_DATA, or the folder shared/data beside the repository. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importPaths } from '../../../shared/import/import.ts';
import { type ImportReport, sumReports } from '../../../shared/import/report.ts';
import { RECEIVED_AT, runImport } from './fixtures.ts';

const data = process.env.SEGUE_SAMPLE_DATA ?? resolve(import.meta.dirname, '../../../../shared/data');
const present = existsSync(resolve(data, 'plays'));
if (!present) {
  console.warn(
    `SKIPPED: imports of real data, because ${data} is not there. Set SEGUE_SAMPLE_DATA to run them.`,
  );
}

function expectSums(report: ImportReport): void {
  for (const file of report.files) {
    expect(file.records).toBe(file.events + file.described + file.skipped);
    expect(file.skipped).toBe(Object.values(file.skippedByReason).reduce((a, b) => a + b, 0));
  }
}

describe.runIf(present)('real data', () => {
  it('accounts for every one of 54,429 plays, and tells podcasts from music', async () => {
    const outcome = await runImport(resolve(data, 'plays/StreamingHistory0.json.gz'));
    expect(sumReports(outcome.report)).toMatchObject({ records: 54_429, events: 54_429, skipped: 0 });
    expect(new Set(outcome.events.map(({ eventId }) => eventId)).size).toBe(54_429);
    expect(outcome.events.filter(({ msPlayed }) => (msPlayed ?? 0) < 30_000)).toHaveLength(21_891);
    expectSums(outcome.report);
    const shows = outcome.report.podcasts?.shows ?? [];
    expect(shows.map(({ plays, because }) => [plays, because])).toEqual([
      [395, 'length'],
      [17, 'name'],
      [6, 'name'],
      [3, 'name'],
      [1, 'name'],
      [1, 'name'],
    ]);
    expect(outcome.report.podcasts).toMatchObject({ plays: 54_429, knownMusic: [], undecided: [] });
    const episodes = outcome.items.filter(({ kind }) => kind === 'episode');
    expect(new Set(episodes.map(({ artist }) => artist))).toEqual(
      new Set(shows.map(({ name }) => name.trim())),
    );
  });

  it('reads HetRec: 1,892 listeners, 17,632 artists, 92,834 pairs, five bogus dates', async () => {
    const { events, items, skips, report } = await runImport(resolve(data, 'hetrec-lastfm-2k'));
    expect(events).toHaveLength(92_834);
    expect(new Set(events.map(({ listenerId }) => listenerId)).size).toBe(1892);
    expect(items).toHaveLength(17_632);
    expect(items.every(({ kind, artistId }) => kind === 'artist' && artistId !== null)).toBe(true);
    expect(skips.map(({ reason }) => reason)).toEqual(Array(5).fill('is dated before 2000-01-01'));
    expectSums(report);
    expect(items.find(({ artist }) => artist === 'Metallica')?.genres).toContain('thrash metal');
    expect(items.flatMap(({ genres }) => genres).join()).not.toContain('\ufffd');
  });

  it('reads the audio features: 41,106 tracks, 30,385 songs of playlists, 32,337 artists', async () => {
    const { items, features, report } = await runImport(resolve(data, 'audio-features'));
    const records = (format: string) =>
      report.files.filter((file) => file.format === format).map((file) => file.records);
    expect(records('artist-features')).toEqual([32_337]);
    expect(features).toHaveLength(32_337);
    expect(records('features').sort((a, b) => b - a)[0]).toBe(30_385);
    expect(records('features').reduce((a, b) => a + b, 0)).toBe(41_106 + 30_385);
    expect(items.every(({ itemId }) => /^spotify:track:[0-9A-Za-z]{22}$/.test(itemId))).toBe(true);
    expect(items.some(({ tempo }) => tempo === 0)).toBe(false);
    expect(items.some(({ tempo }) => tempo === null)).toBe(true);
    expectSums(report);
  });

  it('recognises nothing in the sets that are no histories', async () => {
    const { report } = await runImport([resolve(data, 'lastfm-split'), resolve(data, 'nowplaying')]);
    expect(report.files.map(({ format }) => format)).toEqual(report.files.map(() => null));
    expect(report.files.length).toBeGreaterThanOrEqual(5);
  });

  it('knows no podcast among the music artists of the features, and reports its pace', async () => {
    const started = performance.now();
    const options = { listenerId: 'ada', receivedAt: RECEIVED_AT, onSkip: () => {} };
    const run = importPaths(
      ['plays', 'audio-features', 'hetrec-lastfm-2k'].map((name) => resolve(data, name)),
      options,
    );
    for await (const _ of run);
    const seconds = (performance.now() - started) / 1000;
    expect(run.report.podcasts).toMatchObject({ plays: 54_429, knownMusic: [] });
    const { records } = sumReports(run.report);
    console.info(`${records} records in ${seconds.toFixed(1)} s: ${Math.round(records / seconds)} records/s`);
  });
});
