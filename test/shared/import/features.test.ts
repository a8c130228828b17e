import { afterAll, describe, expect, it } from 'vitest';
import { artistIdOf, recordingIdOf } from '../../../shared/domain/recording.ts';
import { Folder, onlyFile, runImport } from './fixtures.ts';

const folder = new Folder();
afterAll(() => folder[Symbol.dispose]());
const csv = (name: string, ...rows: string[]) => folder.write(name, rows.join('\r\n'));
const ID = '4GiXBCUF7H6YfNQsnBRIzl';

describe('track features', () => {
  it('reads URIs, milliseconds and decades', async () => {
    const path = csv(
      'decade.csv',
      'track,artist,uri,energy,key,mode,valence,tempo,duration_ms,decade',
      `"Lucky, Man",Montgomery Gentry,spotify:track:${ID},0.471,4,1,0.532,133.061,196707,2000`,
    );
    const { items } = await runImport(path);
    expect(items).toMatchObject([
      {
        itemId: `spotify:track:${ID}`,
        recordingId: recordingIdOf({ itemId: '', artist: 'Montgomery Gentry', title: 'Lucky, Man' }),
        artistId: artistIdOf('Montgomery Gentry'),
        kind: 'track',
        ...{
          tempo: 133.061,
          key: 4,
          mode: 1,
          energy: 0.471,
          valence: 0.532,
          durationMs: 196_707,
          year: null,
        },
        source: 'features',
      },
    ]);
  });

  it('reads bare ids, minutes, years and genres, and adds up the genres of repeated tracks', async () => {
    const header =
      'track_id,track_name,track_artist,track_album_name,release_year,playlist_genre,playlist_subgenre,energy,tempo,duration_min';
    const row = (genre: string, sub: string) =>
      `${ID},Dancer,Gino Soccio,Outline,1979,${genre},${sub},0.576,122.106,8.5`;
    const outcome = await runImport(
      csv('pl.csv', header, row('edm', 'house'), row('edm', 'house'), row('Pop', 'house')),
    );
    expect(outcome.items).toMatchObject([
      {
        itemId: `spotify:track:${ID}`,
        album: 'Outline',
        year: 1979,
        durationMs: 510_000,
        genres: ['edm', 'house'],
        key: null,
      },
      { itemId: `spotify:track:${ID}`, genres: ['edm', 'house', 'pop'] },
    ]);
    const [first, second] = outcome.items;
    expect(second?.updatedAt).toBeGreaterThan(first?.updatedAt ?? Number.POSITIVE_INFINITY);
    expect(onlyFile(outcome)).toMatchObject({ records: 3, described: 3, events: 0, items: 2 });
  });

  it('reads lists of artists, dates of release, and ids that are no Spotify ids', async () => {
    const path = csv(
      'kaggle.csv',
      'id,name,artists,explicit,release_date,BPM,Energy',
      `17,Song,"['Simon & Garfunkel', 'Other']",1,1968-04-03,90,0.5`,
      `18,Song,Ingrid Michaelson;ZAYN,0,1968,90,0.5`,
      ',,X,0,1968,90,0.5',
    );
    const { items, skips } = await runImport(path);
    expect(items).toMatchObject([
      {
        itemId: recordingIdOf({ itemId: '', artist: 'Simon & Garfunkel', title: 'Song' }),
        artist: 'Simon & Garfunkel',
        explicit: true,
        year: 1968,
        tempo: 90,
      },
      { artist: 'Ingrid Michaelson', explicit: false },
    ]);
    expect(skips).toEqual([
      { file: path, line: 4, reason: 'has neither a Spotify track id nor artist and title' },
    ]);
  });

  it('reads popularity as its source counts it, under each of its names', async () => {
    for (const name of ['popularity', 'Track Popularity', 'spotify_popularity']) {
      const values = ['0', '100', '61.5', '61.49', '', 'NaN', '-1', '100.4', 'very'];
      const rows = values.map((value, index) => `Song ${index},X,90,${value}`);
      const outcome = await runImport(csv('popular.csv', `track,artist,tempo,${name}`, ...rows));
      expect(outcome.items.map(({ popularity }) => popularity)).toEqual([
        ...[0, 100, 62, 61],
        ...[null, null, null, null, null],
      ]);
      expect(onlyFile(outcome)).toMatchObject({ described: 9, badValues: { popularity: 3 } });
    }
    const { items } = await runImport(csv('without.csv', 'track,artist,tempo', 'A,X,90'));
    expect(items).toMatchObject([{ popularity: null, releasedAt: null }]);
  });

  it('reads the day of release, where a source tells more than the year or the month', async () => {
    for (const name of ['release_date', 'Track Album Release Date', 'album_release_date']) {
      const known = ['2023-01-09', '1968-04-03T00:00:00Z', '2024-02-29'];
      const unknown = ['1968', '1968-04', '', 'NaN'];
      const bad = ['2023-02-29', '2026-13-01', '1859-12-31', '9999-01-01', 'soon'];
      const rows = [...known, ...unknown, ...bad].map((value, index) => `Song ${index},X,90,${value}`);
      const outcome = await runImport(csv('dated.csv', `track,artist,tempo,${name}`, ...rows));
      expect(outcome.items.map(({ releasedAt }) => releasedAt)).toEqual([
        ...[Date.UTC(2023, 0, 9), Date.UTC(1968, 3, 3), Date.UTC(2024, 1, 29)],
        ...Array.from({ length: 9 }, () => null),
      ]);
      expect(onlyFile(outcome)).toMatchObject({ described: 12, badValues: { releasedAt: 5 } });
    }
  });

  it('takes 0 bpm and key -1 for unknown, and counts values out of range', async () => {
    const outcome = await runImport(
      csv(
        'range.csv',
        'track,artist,tempo,key,mode,energy,valence,duration_ms,year',
        'A,X,0,-1,0,,NaN,1000,2000',
        'B,X,301,12,2,1.1,-0.1,-5,3000',
        'C,X,fast,1.5,1,1,0,1e12,unknown',
        'ragged',
      ),
    );
    const unknown = { tempo: null, key: null, energy: null, valence: null };
    expect(outcome.items).toMatchObject([
      { ...unknown, mode: 0, durationMs: 1000, year: 2000 },
      { ...unknown, mode: null, durationMs: null, year: null },
      { ...unknown, mode: 1, energy: 1, valence: 0, durationMs: null, year: null },
    ]);
    expect(onlyFile(outcome)).toMatchObject({
      records: 4,
      described: 3,
      skipped: 1,
      badValues: { tempo: 2, key: 2, mode: 1, energy: 1, valence: 1, durationMs: 2, year: 2 },
    });
  });
});

describe('artist features', () => {
  it('reads means per artist', async () => {
    const path = csv(
      'a.csv',
      'artists,energy,tempo,valence,key,mode,count',
      '"Tyler, The Creator",0.6,0,0.4,-1,1,9',
      ',1,1,1,1,1,1',
    );
    const outcome = await runImport(path);
    expect(outcome.features).toEqual([
      {
        kind: 'artist-features',
        artistId: artistIdOf('Tyler, The Creator'),
        name: 'Tyler, The Creator',
        ...{ tempo: null, key: null, mode: 1, energy: 0.6, valence: 0.4 },
      },
    ]);
    expect(onlyFile(outcome)).toMatchObject({
      format: 'artist-features',
      described: 1,
      skipped: 1,
      artistFeatures: 1,
    });
  });
});
