/** Which column of a track-feature CSV is what: names as published data sets use them, first match wins. */

export const COLUMN_NAMES = {
  title: ['track', 'track_name', 'name', 'title', 'song', 'song_name', 'song_title'],
  artist: ['artist', 'track_artist', 'artists', 'artist_name', 'artist_names', 'track_artists'],
  id: [
    'uri',
    'track_uri',
    'spotify_uri',
    'spotify_track_uri',
    'track_id',
    'spotify_id',
    'spotify_track_id',
    'id',
  ],
  album: ['album', 'track_album_name', 'album_name'],
  tempo: ['tempo', 'bpm'],
  key: ['key'],
  mode: ['mode'],
  energy: ['energy'],
  valence: ['valence'],
  year: ['release_year', 'year', 'release_date', 'track_album_release_date', 'album_release_date'],
  durationMs: ['duration_ms', 'track_duration_ms'],
  durationMinutes: ['duration_min', 'duration_minutes'],
  explicit: ['explicit'],
  isrc: ['isrc'],
  releasedAt: ['release_date', 'track_album_release_date', 'album_release_date'],
  popularity: ['popularity', 'track_popularity', 'spotify_popularity'],
} as const;

/** Every one of these that is there adds to the genres. */
const GENRE_COLUMNS = ['genre', 'track_genre', 'playlist_genre', 'subgenre', 'playlist_subgenre'];

export type FeatureColumns = Readonly<Record<keyof typeof COLUMN_NAMES, number | null>> & {
  readonly genres: readonly number[];
};

/** Columns by meaning; those not there are null. */
export function findFeatureColumns(header: readonly string[]): FeatureColumns {
  const names = header.map((name) => name.trim().toLowerCase().replace(/[ -]+/g, '_'));
  const find = (wanted: readonly string[]): number | null => {
    const name = wanted.find((candidate) => names.includes(candidate));
    return name === undefined ? null : names.indexOf(name);
  };
  const entries = Object.entries(COLUMN_NAMES).map(([meaning, wanted]) => [meaning, find(wanted)]);
  const genres = GENRE_COLUMNS.flatMap((name) => (names.includes(name) ? [names.indexOf(name)] : []));
  return { ...(Object.fromEntries(entries) as Record<keyof typeof COLUMN_NAMES, number | null>), genres };
}

/** What a header describes: tracks, mean features of artists, or neither. */
export function describedBy(columns: FeatureColumns): 'tracks' | 'artists' | null {
  const { title, artist, id, tempo, key, energy, valence } = columns;
  if ([tempo, key, energy, valence].every((column) => column === null)) return null;
  if (title !== null && (artist !== null || id !== null)) return 'tracks';
  return artist !== null && id === null && title === null ? 'artists' : null;
}
