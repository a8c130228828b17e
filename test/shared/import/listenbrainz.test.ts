import { afterAll, describe, expect, it } from 'vitest';
import { recordingIdOf } from '../../../shared/domain/recording.ts';
import { Folder, onlyFile, runImport } from './fixtures.ts';

const folder = new Folder();
afterAll(() => folder[Symbol.dispose]());

const MBID = '9FE4C7A6-2D6A-4F3B-9B0E-0123456789AB';
const listen = (
  listenedAt: unknown,
  info: Record<string, unknown> = {},
  over: Record<string, unknown> = {},
) => ({
  listened_at: listenedAt,
  track_metadata: {
    artist_name: 'Low',
    track_name: 'Days',
    release_name: 'Hey',
    additional_info: info,
    ...over,
  },
});
const lines = (...values: unknown[]) => values.map((value) => JSON.stringify(value)).join('\n');

describe('ListenBrainz', () => {
  it('reads JSON lines, and takes ids, lengths and tags from where they are', async () => {
    const path = folder.write(
      'listens.jsonl',
      lines(
        listen(1_600_000_000, {
          recording_mbid: MBID,
          duration: 200,
          duration_played: 100.5,
          tags: ['Slowcore', 'slowcore', 3],
        }),
        listen(1_600_000_300, {
          spotify_id: 'https://open.spotify.com/track/4GiXBCUF7H6YfNQsnBRIzl',
          duration_ms: 201_000,
          recording_mbid: MBID,
          isrc: 'X1',
        }),
        listen(1_600_000_600, {}, { mbid_mapping: { recording_mbid: MBID.toLowerCase() } }),
        listen(1_600_000_900, {
          recording_mbid: 'not one',
          spotify_id: 'https://open.spotify.com/album/abc',
        }),
      ),
    );
    const { events, items } = await runImport(path);
    const mbid = `mbid:${MBID.toLowerCase()}`;
    expect(events).toMatchObject([
      {
        itemId: mbid,
        occurredAt: 1_600_000_000_000,
        durationMs: 200_000,
        msPlayed: 100_500,
        source: 'listenbrainz',
      },
      { itemId: 'spotify:track:4GiXBCUF7H6YfNQsnBRIzl', durationMs: 201_000, msPlayed: null },
      { itemId: mbid, durationMs: null, msPlayed: null },
      { itemId: recordingIdOf({ itemId: '', artist: 'Low', title: 'Days' }) },
    ]);
    expect(items).toMatchObject([
      { itemId: mbid, mbid: MBID.toLowerCase(), album: 'Hey', genres: ['slowcore'] },
      { isrc: 'X1' },
      {},
    ]);
  });

  it.each([
    ['an array', JSON.stringify([listen(1_600_000_000), listen(1_600_000_300)])],
    [
      'submissions',
      lines({ listen_type: 'import', payload: [listen(1_600_000_000), listen(1_600_000_300)] }),
    ],
    [
      'an answer of the API',
      JSON.stringify(
        { payload: { count: 2, listens: [listen(1_600_000_000), listen(1_600_000_300)] } },
        null,
        2,
      ),
    ],
    [
      'indented documents',
      [listen(1_600_000_000), listen(1_600_000_300)].map((one) => JSON.stringify(one, null, 2)).join('\n'),
    ],
  ])('reads %s, with the same ids', async (name, text) => {
    const outcome = await runImport(folder.write(name, text));
    const plain = await runImport(folder.write('plain', lines(listen(1_600_000_000), listen(1_600_000_300))));
    expect(outcome.events).toEqual(plain.events);
    expect(onlyFile(outcome)).toMatchObject({ format: 'listenbrainz', records: 2, events: 2 });
  });

  it('skips what is no listen with its line', async () => {
    const path = folder.write(
      'bad.jsonl',
      [
        lines(listen('soon'), listen(99_999_999_999), listen(1_600_000_000, { duration: -1 })),
        '{"listened_at": 1600000000, "track_meta',
        lines(
          { listened_at: 1_600_000_000, track_metadata: null },
          { listen_type: 'playing_now', payload: [listen(1_600_000_000)] },
          { payload: 'none' },
          listen(1_600_000_000, { duration_ms: 0 }),
        ),
      ].join('\n'),
    );
    const outcome = await runImport(path);
    expect(outcome.skips.map(({ line, reason }) => `${line} ${reason}`)).toEqual([
      '1 listened_at is no number',
      '2 is dated in the future',
      '3 duration_ms, duration or duration_played is no number of 0 or more',
      '4 is not valid JSON',
      '5 track_metadata is no object',
      '6 playing_now is not a listen',
      '7 payload is no array of listens',
    ]);
    expect(outcome.events).toMatchObject([{ durationMs: null }]);
    expect(onlyFile(outcome)).toMatchObject({ records: 8, events: 1, skipped: 7 });
  });
});
