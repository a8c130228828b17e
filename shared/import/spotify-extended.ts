/** Spotify extended streaming history: whole lifetime, with URIs. IP address, country and platform are not read. */
import { type Fields, isFields, spotifyUri, textOf } from './fields.ts';
import { isDuration, type ListenFacts, type ListenMaker } from './listen.ts';
import type { Converted } from './record.ts';

const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;

type What = Pick<ListenFacts, 'kind' | 'artist' | 'title' | 'album' | 'itemId'>;

/** The track, episode or audiobook chapter of a record; null where it names none. */
export function subjectOf(record: Fields): What | null {
  const track = textOf(record, 'master_metadata_track_name');
  if (track !== null) {
    return {
      kind: 'track',
      title: track,
      artist: textOf(record, 'master_metadata_album_artist_name') ?? '',
      album: textOf(record, 'master_metadata_album_album_name'),
      itemId: spotifyUri(textOf(record, 'spotify_track_uri'), 'track'),
    };
  }
  const episode = textOf(record, 'episode_name');
  if (episode !== null) {
    return {
      kind: 'episode',
      title: episode,
      artist: textOf(record, 'episode_show_name') ?? '',
      itemId: spotifyUri(textOf(record, 'spotify_episode_uri'), 'episode'),
    };
  }
  const chapter = textOf(record, 'audiobook_chapter_title');
  if (chapter === null) return null;
  return { kind: 'episode', title: chapter, artist: textOf(record, 'audiobook_title') ?? '' };
}

/** Converts a record. `ts` is when the listening ended; only `skipped: true` is a skip (older exports say null). */
export function convertExtendedRecord(value: unknown, maker: ListenMaker): Converted {
  if (!isFields(value)) return { skip: 'is no object' };
  const ts = textOf(value, 'ts') ?? '';
  const occurredAt = TIMESTAMP.test(ts) ? Date.parse(ts) : Number.NaN;
  if (Number.isNaN(occurredAt)) return { skip: 'ts is not a date like 2021-04-22T05:41:09Z' };
  const msPlayed = value.ms_played;
  if (!isDuration(msPlayed)) return { skip: 'ms_played is not a number of 0 or more' };
  const what = subjectOf(value);
  if (what === null) return { skip: 'names neither a track nor an episode' };
  return maker.make({
    ...what,
    identity: [ts, what.itemId ?? '', what.artist, what.title, msPlayed],
    occurredAt,
    msPlayed,
    skipped: value.skipped === true,
    private: value.incognito_mode === true,
  });
}
