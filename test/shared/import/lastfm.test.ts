import { afterAll, describe, expect, it } from 'vitest';
import { Folder, onlyFile, runImport } from './fixtures.ts';

const folder = new Folder();
afterAll(() => folder[Symbol.dispose]());

const AT = Date.UTC(2021, 6, 31, 14, 23);
const EXPORTS = {
  'without a header': 'Sigur Rós,( ),Untitled #1,31 Jul 2021 14:23\n',
  'with a header': 'artist,album,track,date\nSigur Rós,( ),Untitled #1,2021-07-31 14:23\n',
  'with unix time and mbids': `uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid\n"${AT / 1000}","31 Jul 2021, 14:23","Sigur Rós","","( )","","Untitled #1",""\n`,
  'with semicolons': `Artist;Album;AlbumId;Track;Date#somebody\n"Sigur Rós";"( )";"";"Untitled #1";"${AT}"\n`,
  'of six columns': 'Sigur Rós,( ),Untitled #1,31.07.2021 14:23:00 +00:00,,\n',
};

describe('Last.fm CSV', () => {
  it.each(Object.entries(EXPORTS))('reads an export %s', async (name, text) => {
    const outcome = await runImport(folder.write(name, text));
    expect(onlyFile(outcome)).toMatchObject({ format: 'lastfm', records: 1, events: 1, skipped: 0 });
    expect(outcome.events).toMatchObject([
      { occurredAt: AT, msPlayed: null, durationMs: null, source: 'lastfm' },
    ]);
    expect(outcome.items).toMatchObject([{ artist: 'Sigur Rós', album: '( )', title: 'Untitled #1' }]);
  });

  it('gives one id to one listen, whichever exporter wrote it', async () => {
    const ids = await Promise.all(
      Object.entries(EXPORTS).map(
        async ([name, text]) => (await runImport(folder.write(name, text))).events[0]?.eventId,
      ),
    );
    expect(new Set(ids).size).toBe(1);
  });

  it('skips ragged rows, unset clocks and tracks playing now with their lines, and goes on', async () => {
    const path = folder.write(
      'ragged.csv',
      [
        'artist,album,track,date',
        'A,B,Now,',
        'A,B,"Quoted, with comma",31 Jul 2021 14:23',
        'A,B,C,D,31 Jul 2021 14:24',
        'A,B,Unset,"01 Jan 1970, 00:00"',
        'A,B,Slashes,07/31/2021',
        'A,,No album,31 Jul 2021 14:25',
      ].join('\r\n'),
    );
    const outcome = await runImport(path);
    expect(outcome.skips.map(({ line, reason }) => `${line} ${reason}`)).toEqual([
      '2 has no date (was playing when exported)',
      '4 has 5 fields instead of 4',
      '5 is dated before 2000-01-01',
      '6 date is in no known format',
    ]);
    expect(outcome.items.map(({ title, album }) => [title, album])).toEqual([
      ['Quoted, with comma', 'B'],
      ['No album', null],
    ]);
    expect(onlyFile(outcome)).toMatchObject({ records: 6, events: 2, skipped: 4 });
  });

  it('recognises a headerless file whose first lines are unusable', async () => {
    const outcome = await runImport(
      folder.write('late.csv', 'A,B,playing now,\nbroken\nA,B,C,31 Jul 2021 14:23\n'),
    );
    expect(onlyFile(outcome)).toMatchObject({ format: 'lastfm', records: 3, events: 1, skipped: 2 });
  });
});
