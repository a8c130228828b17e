/** Rows of track-feature CSVs to catalogue items, and of artist-feature CSVs to mean features. */
import { bareItem } from '../domain/item.ts';
import { artistIdOf } from '../domain/recording.ts';
import { FIRST_RECORDING_YEAR, releaseDayOf } from '../domain/release-day.ts';
import type { FeatureColumns } from './feature-columns.ts';
import { isValidId, type ListenMaker, MAX_NAME_LENGTH } from './listen.ts';
import type { Converted } from './record.ts';

/** Faster is no tempo that people tap; the tracker's own range ends at about 250. */
const MAX_TEMPO = 300;
const MAX_DURATION_MS = 24 * 60 * 60 * 1000;
const SPOTIFY_ID = /^[0-9A-Za-z]{22}$/;

/** Told when a value is set to null because it cannot be one. */
export type OnBadValue = (column: string) => void;

const isBlank = (text: string): boolean => /^(\s*|na|n\/a|nan|null|none)$/i.test(text);

/** Reads one row's values; out of range or no number means null and is counted, blank means null. */
class RowReader {
  private readonly row: readonly string[];
  private readonly columns: FeatureColumns;
  private readonly onBadValue: OnBadValue;

  constructor(row: readonly string[], columns: FeatureColumns, onBadValue: OnBadValue) {
    this.row = row;
    this.columns = columns;
    this.onBadValue = onBadValue;
  }

  text(column: Exclude<keyof FeatureColumns, 'genres'>): string | null {
    const at = this.columns[column];
    const value = at === null ? '' : (this.row[at] ?? '').trim();
    return value === '' ? null : value;
  }

  number(column: Exclude<keyof FeatureColumns, 'genres'>, valid: (value: number) => boolean): number | null {
    const text = this.text(column);
    if (text === null || isBlank(text)) return null;
    const value = Number(text);
    if (valid(value)) return value;
    this.onBadValue(column);
    return null;
  }

  genres(): string[] {
    const texts = this.columns.genres.map((at) => (this.row[at] ?? '').trim().toLowerCase());
    return [...new Set(texts.filter((text) => !isBlank(text)))];
  }

  /** Tempo 0 and key −1 are how the source says unknown: null, and not counted as bad. */
  sound() {
    const share = (value: number): boolean => value >= 0 && value <= 1;
    const tempo = this.number('tempo', (value) => value >= 0 && value <= MAX_TEMPO);
    const key = this.number('key', (value) => Number.isInteger(value) && value >= -1 && value <= 11);
    return {
      tempo: tempo === 0 ? null : tempo,
      key: key === -1 ? null : key,
      mode: this.number('mode', (value) => value === 0 || value === 1),
      energy: this.number('energy', share),
      valence: this.number('valence', share),
    };
  }

  durationMs(): number | null {
    const inRange = (ms: number): boolean => ms > 0 && ms <= MAX_DURATION_MS;
    const ms = this.number('durationMs', inRange);
    const minutes = ms === null ? this.number('durationMinutes', (value) => inRange(value * 60_000)) : null;
    return ms ?? (minutes === null ? null : Math.round(minutes * 60_000));
  }

  /** The year itself, or that of a date `YYYY-…`. A decade is no year and has no column here. */
  year(latest: number): number | null {
    const text = this.text('year');
    if (text === null || isBlank(text)) return null;
    const year = /^\d{4}(\.0)?(-|$)/.test(text) ? Number(text.slice(0, 4)) : Number.NaN;
    if (year >= FIRST_RECORDING_YEAR && year <= latest) return year;
    this.onBadValue('year');
    return null;
  }

  /** The day of release; where the source tells a year or a month alone, no day is known. */
  releasedAt(now: number): number | null {
    const text = this.text('releasedAt');
    if (text === null || isBlank(text) || /^\d{4}(-\d{2})?$/.test(text)) return null;
    const at = releaseDayOf(text.slice(0, 10), now);
    if (at !== undefined) return at;
    this.onBadValue('releasedAt');
    return null;
  }

  /** Means over several releases have a fraction, which says nothing. */
  popularity(): number | null {
    const value = this.number('popularity', (found) => found >= 0 && found <= 100);
    return value === null ? null : Math.round(value);
  }

  /** The first artist: of a Python list `['A', 'B']`, of `A;B`, or the whole text. */
  artist(): string | null {
    const text = this.text('artist');
    const listed = text === null ? null : /^\[\s*(['"])(.*?)\1\s*[\],]/.exec(text);
    return (listed?.[2] ?? text?.split(';')[0] ?? '').trim() || null;
  }

  explicit(): boolean | null {
    const text = this.text('explicit')?.toLowerCase();
    if (text === 'true' || text === '1') return true;
    return text === 'false' || text === '0' ? false : null;
  }

  /** `spotify:track:<id>` from a URI or a bare Spotify id; other ids are row numbers and no identity. */
  spotifyTrack(): string | null {
    const text = this.text('id');
    if (text === null) return null;
    if (text.startsWith('spotify:track:')) return text;
    return SPOTIFY_ID.test(text) ? `spotify:track:${text}` : null;
  }
}

/** A track's item. Without a Spotify id the recording is the item, which needs artist and title. */
export function convertTrackRow(
  row: readonly string[],
  columns: FeatureColumns,
  maker: ListenMaker,
  onBadValue: OnBadValue,
): Converted {
  const read = new RowReader(row, columns, onBadValue);
  const title = read.text('title');
  const artist = read.artist();
  if ((title?.length ?? 0) > MAX_NAME_LENGTH || (artist?.length ?? 0) > MAX_NAME_LENGTH)
    return { skip: `artist or title is longer than ${MAX_NAME_LENGTH} characters` };
  const named = title !== null && artist !== null ? maker.identify(artist, title) : null;
  const itemId = read.spotifyTrack() ?? named?.recordingId;
  if (itemId === undefined) return { skip: 'has neither a Spotify track id nor artist and title' };
  if (!isValidId(itemId)) return { skip: 'item id is not printable ASCII of at most 128 bytes' };
  return {
    item: {
      ...bareItem(itemId, maker.source, maker.receivedAt),
      recordingId: named?.recordingId ?? itemId,
      artistId: artist === null ? null : artistIdOf(artist),
      title,
      artist,
      album: read.text('album'),
      genres: read.genres(),
      ...read.sound(),
      year: read.year(new Date(maker.receivedAt).getUTCFullYear() + 1),
      explicit: read.explicit(),
      durationMs: read.durationMs(),
      isrc: read.text('isrc'),
      popularity: read.popularity(),
      releasedAt: read.releasedAt(maker.receivedAt),
    },
  };
}

/** An artist's mean features. */
export function convertArtistRow(
  row: readonly string[],
  columns: FeatureColumns,
  onBadValue: OnBadValue,
): Converted {
  const read = new RowReader(row, columns, onBadValue);
  const name = read.artist();
  const artistId = name === null ? null : artistIdOf(name);
  if (name === null || artistId === null) return { skip: 'names no artist' };
  if (name.length > MAX_NAME_LENGTH) return { skip: `artist is longer than ${MAX_NAME_LENGTH} characters` };
  return { features: { kind: 'artist-features', artistId, name, ...read.sound() } };
}
