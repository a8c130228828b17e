import { afterAll, describe, expect, it } from 'vitest';
import { artistIdOf, recordingIdOf } from '../../../shared/domain/recording.ts';
import { Folder, onlyFile, play, RECEIVED_AT, runImport } from './fixtures.ts';

const folder = new Folder();
afterAll(() => folder[Symbol.dispose]());
const json = (name: string, value: unknown) => folder.write(name, JSON.stringify(value, null, 1));

describe('Spotify account data', () => {
  it('makes an event and an item of a play', async () => {
    const path = json('any name.txt', [play('2021-04-22 05:41', 'Beyoncé', 'Halo - Radio Edit', 6408)]);
    const { events, items, report } = await runImport(path);
    const recordingId = recordingIdOf({ itemId: '', artist: 'Beyoncé', title: 'Halo' });
    expect(events).toEqual([
      {
        version: 1,
        type: 'listen',
        eventId: expect.stringMatching(/^spotify:[0-9a-f]{24}$/),
        listenerId: 'ada',
        itemId: recordingId,
        recordingId,
        artistId: artistIdOf('Beyoncé'),
        occurredAt: Date.UTC(2021, 3, 22, 5, 41),
        receivedAt: RECEIVED_AT,
        msPlayed: 6408,
        durationMs: null,
        skipped: false,
        plays: 1,
        private: false,
        context: {},
        source: 'spotify',
      },
    ]);
    expect(items).toMatchObject([
      { itemId: recordingId, kind: 'track', title: 'Halo - Radio Edit', artist: 'Beyoncé' },
    ]);
    expect(report.files).toMatchObject([
      { format: 'spotify-account', records: 1, events: 1, items: 1, problem: null },
    ]);
  });

  it('keeps a listen of 0 ms, and skips with reasons what cannot be a listen', async () => {
    const path = json('rules.json', [
      play('2021-04-22 05:41', 'A', 'zero', 0),
      play('2021-04-22 05:41', 'A', 'negative', -1),
      play('2021-04-22 05:41', 'A', 'text', '5'),
      play('2021-02-30 05:41', 'A', 'no such day'),
      play('22.04.2021', 'A', 'other format'),
      play('1999-12-31 23:59', 'A', 'early'),
      play('2024-06-02 00:01', 'A', 'late'),
      play('2024-06-02 00:00', 'A', 'a day ahead'),
      play('2021-04-22 05:41', ' ', 'nobody'),
      play('2021-04-22 05:41', 'A', 'x'.repeat(1001)),
      'no object',
    ]);
    const outcome = await runImport(path);
    expect(outcome.events.map(({ msPlayed }) => msPlayed)).toEqual([0, 200_000]);
    expect(outcome.skips.map(({ line, reason }) => `${line} ${reason}`)).toEqual([
      '2 msPlayed is not a number of 0 or more',
      '3 msPlayed is not a number of 0 or more',
      '4 endTime is not a date like 2021-04-22 05:41',
      '5 endTime is not a date like 2021-04-22 05:41',
      '6 is dated before 2000-01-01',
      '7 is dated in the future',
      '9 names no artist or no title',
      '10 artist or title is longer than 1000 characters',
      '11 is no object',
    ]);
    expect(onlyFile(outcome)).toMatchObject({ records: 11, events: 2, skipped: 9 });
  });

  it('yields each item once per file and numbers identical records', async () => {
    const same = play('2021-04-22 05:41', 'A', 'Song');
    const { events, items } = await runImport(json('same.json', [same, same, same]));
    expect(items).toHaveLength(1);
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(3);
  });

  it('reads the podcast file of newer exports as episodes', async () => {
    const record = { endTime: '2023-04-22 05:41', podcastName: 'Talk', episodeName: 'One', msPlayed: 5 };
    const { events, items } = await runImport(json('podcasts.json', [record]));
    expect(items).toMatchObject([{ kind: 'episode', artist: 'Talk', title: 'One' }]);
    expect(events).toHaveLength(1);
  });

  it('judges an artist over all files, and by what other files know', async () => {
    const inside = new Folder();
    const long = 25 * 60_000;
    inside.write('0.json', JSON.stringify([play('2021-01-01 10:00', 'Voices', 'One', long)]));
    inside.write(
      '1.json',
      JSON.stringify([
        play('2021-01-02 10:00', 'Voices', 'Two', long),
        play('2021-01-02 11:00', 'Opera', 'Act I', long),
        play('2021-01-02 12:00', 'Opera', 'Act II', long),
        play('2021-01-02 12:01', 'Short News', 'Monday', 1),
      ]),
    );
    inside.write('features.csv', `artists,tempo,key\nOpera,100,5\n`);
    inside.write(
      '9.json',
      JSON.stringify([
        extended({ episode_name: 'X', episode_show_name: 'Short News', master_metadata_track_name: null }),
      ]),
    );
    const { items, report } = await runImport(inside.path);
    const kinds = items
      .filter(({ source }) => source === 'spotify')
      .map(({ artist, kind }) => `${artist} ${kind}`);
    expect(kinds).toEqual([
      'Voices episode',
      'Voices episode',
      'Opera track',
      'Opera track',
      'Short News episode',
    ]);
    expect(report.podcasts).toMatchObject({
      artists: 3,
      plays: 5,
      shows: [
        { name: 'Voices', because: 'length' },
        { name: 'Short News', because: 'told' },
      ],
      knownMusic: [{ name: 'Opera' }],
    });
    const asked: string[] = [];
    const again = await runImport([`${inside.path}/0.json`, `${inside.path}/1.json`], {
      isMusicArtist: (id) => asked.push(id) > 0 && id === artistIdOf('Opera'),
    });
    expect(asked.sort()).toEqual([artistIdOf('Opera'), artistIdOf('Voices')].sort());
    expect(again.report.podcasts?.shows.map(({ name }) => name)).toEqual(['Voices']);
    inside[Symbol.dispose]();
  });
});

const URI = 'spotify:track:4GiXBCUF7H6YfNQsnBRIzl';

function extended(over: Record<string, unknown>) {
  return {
    ts: '2022-03-01T10:20:30Z',
    platform: 'a phone',
    conn_country: 'DE',
    ip_addr: '192.0.2.77',
    ms_played: 1000,
    master_metadata_track_name: 'Song',
    master_metadata_album_artist_name: 'A',
    master_metadata_album_album_name: 'Album',
    spotify_track_uri: URI,
    episode_name: null,
    episode_show_name: null,
    spotify_episode_uri: null,
    skipped: null,
    incognito_mode: false,
    ...over,
  };
}

describe('Spotify extended history', () => {
  it('takes URIs, skips and private sessions as the record says, and drops where one was', async () => {
    const path = json('e.json', [
      extended({}),
      extended({ ts: '2022-03-01T10:21:00Z', skipped: true, incognito_mode: true }),
      extended({ ts: '2022-03-01T10:22:00Z', spotify_track_uri: null }),
    ]);
    const { events, items } = await runImport(path);
    expect(events).toMatchObject([
      {
        itemId: URI,
        skipped: false,
        private: false,
        source: 'spotify-extended',
        occurredAt: Date.UTC(2022, 2, 1, 10, 20, 30),
      },
      { itemId: URI, skipped: true, private: true },
      { itemId: recordingIdOf({ itemId: '', artist: 'A', title: 'Song' }), skipped: false },
    ]);
    expect(items[0]).toMatchObject({
      itemId: URI,
      album: 'Album',
      kind: 'track',
      recordingId: events[2]?.itemId,
    });
    expect(JSON.stringify([events, items])).not.toMatch(/192\.0\.2\.77|"DE"|phone/);
  });

  it('tells episodes and audiobooks from tracks', async () => {
    const none = {
      master_metadata_track_name: null,
      master_metadata_album_artist_name: null,
      spotify_track_uri: null,
    };
    const episode = {
      episode_name: 'E1',
      episode_show_name: 'Show',
      spotify_episode_uri: 'spotify:episode:xyz',
    };
    const chapter = { audiobook_title: 'Book', audiobook_chapter_title: 'Chapter 1' };
    const path = json('x.json', [
      extended({ ...none, ...episode }),
      extended({ ...none, ...chapter }),
      extended(none),
    ]);
    const { items, skips } = await runImport(path);
    expect(items).toMatchObject([
      { kind: 'episode', itemId: 'spotify:episode:xyz', artist: 'Show', artistId: artistIdOf('Show') },
      { kind: 'episode', artist: 'Book', title: 'Chapter 1' },
    ]);
    expect(skips).toEqual([{ file: path, line: 3, reason: 'names neither a track nor an episode' }]);
  });

  it('skips ids that are not printable ASCII or too long', async () => {
    const path = json('ids.json', [
      extended({ spotify_track_uri: 'spotify:track:ü' }),
      extended({ spotify_track_uri: `spotify:track:${'a'.repeat(128)}` }),
    ]);
    const { events, skips } = await runImport(path);
    expect(events).toEqual([]);
    expect(skips.map(({ reason }) => reason)).toEqual(
      Array(2).fill('item id is not printable ASCII of at most 128 bytes'),
    );
  });
});
