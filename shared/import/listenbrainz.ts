/** ListenBrainz exports: listens as in the submission payload, alone, in submissions, or in API answers. */
import { type Fields, isFields, spotifyUri, textOf, uuidOf } from './fields.ts';
import { isDuration, type ListenMaker } from './listen.ts';
import type { Converted, Read } from './record.ts';

/** Genres taken from a listen's own tags. */
const MAX_TAGS = 5;

/** One record per listen: a submission or an answer holds many in `payload`; each keeps its line number. */
export function expandListens(records: readonly Read<unknown>[]): Read<unknown>[] {
  return records.flatMap((record): Read<unknown>[] => {
    if (!('value' in record) || !isFields(record.value) || !('payload' in record.value)) return [record];
    const { line, value } = record;
    if (value.listen_type === 'playing_now') return [{ line, problem: 'playing_now is not a listen' }];
    const payload = isFields(value.payload) ? value.payload.listens : value.payload;
    if (!Array.isArray(payload)) return [{ line, problem: 'payload is no array of listens' }];
    return payload.map((listen: unknown) => ({ line, value: listen }));
  });
}

/** Converts one listen; `listened_at` is when it began, in seconds. */
export function convertListenBrainzListen(value: unknown, maker: ListenMaker): Converted {
  if (!isFields(value)) return { skip: 'is no object' };
  const { listened_at: listenedAt, track_metadata: metadata } = value;
  if (typeof listenedAt !== 'number' || !Number.isFinite(listenedAt))
    return { skip: 'listened_at is no number' };
  if (!isFields(metadata)) return { skip: 'track_metadata is no object' };
  const info = isFields(metadata.additional_info) ? metadata.additional_info : {};
  const mapping = isFields(metadata.mbid_mapping) ? metadata.mbid_mapping : {};
  const artist = textOf(metadata, 'artist_name') ?? '';
  const title = textOf(metadata, 'track_name') ?? '';
  const durations = durationsOf(info);
  if (durations === null)
    return { skip: 'duration_ms, duration or duration_played is no number of 0 or more' };
  const mbid = uuidOf(textOf(info, 'recording_mbid')) ?? uuidOf(textOf(mapping, 'recording_mbid'));
  const spotify = spotifyUri(textOf(info, 'spotify_id'), 'track');
  return maker.make({
    kind: 'track',
    identity: [listenedAt, artist, title],
    occurredAt: Math.round(listenedAt * 1000),
    artist,
    title,
    album: textOf(metadata, 'release_name'),
    itemId: spotify ?? (mbid === null ? null : `mbid:${mbid}`),
    ...durations,
    isrc: textOf(info, 'isrc'),
    mbid,
    genres: tagsOf(info),
  });
}

/** Milliseconds from `duration_ms` or `duration` (s), and `duration_played` (s); null where one is wrong. */
function durationsOf(info: Fields): { durationMs: number | null; msPlayed: number | null } | null {
  const read = (name: string, unit: number): number | null => {
    const value = info[name] ?? null;
    if (value === null) return null;
    return isDuration(value) ? Math.round(value * unit) : Number.NaN;
  };
  const durationMs = read('duration_ms', 1) ?? read('duration', 1000);
  const msPlayed = read('duration_played', 1000);
  if (Number.isNaN(durationMs) || Number.isNaN(msPlayed)) return null;
  return { durationMs: durationMs === 0 ? null : durationMs, msPlayed };
}

function tagsOf(info: Fields): string[] {
  const tags = Array.isArray(info.tags) ? info.tags : [];
  const texts = tags.filter((tag): tag is string => typeof tag === 'string' && tag.trim() !== '');
  return [...new Set(texts.map((tag) => tag.trim().toLowerCase()))].slice(0, MAX_TAGS);
}
