/** Domain objects as warehouse rows: the one mapping that topics' sinks, imports and the community share. */
import type { ListeningEvent } from '../domain/event.ts';
import type { CatalogueItem } from '../domain/item.ts';
import { listenerHash } from './rows.ts';
import type { TableRow } from './tables.ts';

/** A row of `listens`. */
export function listenRow(event: ListeningEvent): TableRow {
  return {
    event_id: event.eventId,
    version: event.version,
    type: event.type,
    listener_id: event.listenerId,
    item_id: event.itemId,
    recording_id: event.recordingId,
    artist_id: event.artistId,
    occurred_at: event.occurredAt,
    received_at: event.receivedAt,
    ms_played: event.msPlayed,
    duration_ms: event.durationMs,
    skipped: event.skipped,
    plays: event.plays,
    private: event.private,
    surface: event.context.surface ?? null,
    session_id: event.context.sessionId ?? null,
    playlist_id: event.context.playlistId ?? null,
    position: event.context.position ?? null,
    impression_id: event.context.impressionId ?? null,
    source: event.source,
  };
}

/** A row of `catalogue`. */
export function catalogueRow(item: CatalogueItem): TableRow {
  return {
    item_id: item.itemId,
    recording_id: item.recordingId,
    kind: item.kind,
    title: item.title,
    artist: item.artist,
    artist_id: item.artistId,
    album: item.album,
    genres: item.genres.join('|'),
    tempo: item.tempo,
    key: item.key,
    mode: item.mode,
    energy: item.energy,
    valence: item.valence,
    year: item.year,
    explicit: item.explicit,
    duration_ms: item.durationMs,
    source: item.source,
    updated_at: item.updatedAt,
    popularity: item.popularity,
    released_at: item.releasedAt,
  };
}

/** A row of `erasures`: the hash alone is kept. `erasedAt` in epoch ms. */
export function erasureRow(listenerId: string, erasedAt: number): TableRow {
  return { listener_hash: listenerHash(listenerId), erased_at: erasedAt };
}
