/** Last.fm histories as CSV, in the column orders of the common exporters. */
import { parseLastfmDate } from './lastfm-dates.ts';
import type { ListenMaker } from './listen.ts';
import type { Converted } from './record.ts';

/** Where a file has what. */
export interface LastfmColumns {
  readonly artist: number;
  readonly album: number | null;
  readonly track: number;
  readonly date: number;
}

/** Columns of a file without a header (lastfm-to-csv): artist, album, track, date. */
export const HEADERLESS: LastfmColumns = { artist: 0, album: 1, track: 2, date: 3 };

/** The columns a header names; null where it is not that of a Last.fm export. `date#name` is lastfmstats.com's. */
export function findLastfmColumns(header: readonly string[]): LastfmColumns | null {
  const names = header.map((name) => name.trim().toLowerCase());
  const find = (...wanted: string[]): number =>
    wanted.map((name) => names.indexOf(name)).find((at) => at >= 0) ?? -1;
  const artist = find('artist', 'artist_name');
  const track = find('track', 'track_name', 'title');
  const album = find('album', 'album_name');
  const named = find('uts', 'utc_time', 'date', 'timestamp', 'played_at', 'time');
  const date = named >= 0 ? named : names.findIndex((name) => name.startsWith('date#'));
  if (artist < 0 || track < 0 || date < 0) return null;
  return { artist, album: album < 0 ? null : album, track, date };
}

/**
 * Converts a row. Identity is time, artist and track, so that two exporters' files of one history give one set of
 * ids. MusicBrainz columns are not used as item ids: Last.fm mixes track and recording ids in them.
 */
export function convertLastfmRow(
  row: readonly string[],
  columns: LastfmColumns,
  maker: ListenMaker,
): Converted {
  const date = row[columns.date] ?? '';
  if (date.trim() === '') return { skip: 'has no date (was playing when exported)' };
  const occurredAt = parseLastfmDate(date);
  if (occurredAt === null) return { skip: 'date is in no known format' };
  const artist = row[columns.artist] ?? '';
  const title = row[columns.track] ?? '';
  return maker.make({
    kind: 'track',
    identity: [occurredAt, artist, title],
    occurredAt,
    artist,
    title,
    album: columns.album === null ? null : (row[columns.album] ?? null),
    msPlayed: null,
  });
}
