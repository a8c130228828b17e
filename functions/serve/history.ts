/** The part of the warehouse that a listener has a right to: their own history, to take along or to erase. */
import type { SqlValue, Warehouse } from '../../shared/ports/warehouse.ts';
import { erasureRow } from '../../shared/schema/table-rows.ts';

export interface History {
  /** A listener's events after `after` in order of event id, each once, at most `limit`. */
  events(listenerId: string, after: string, limit: number): Promise<Record<string, SqlValue>[]>;
  /** Removes everything of the listener; returns rows removed by table. The tombstone is written first. */
  erase(listenerId: string, erasedAt: number): Promise<Record<string, number>>;
}

const EVENTS_SQL = `SELECT event_id AS eventId, type, item_id AS itemId, recording_id AS recordingId,
  artist_id AS artistId, UNIX_MILLIS(occurred_at) AS occurredAt, UNIX_MILLIS(received_at) AS receivedAt,
  ms_played AS msPlayed, duration_ms AS durationMs, skipped, plays, private, surface, session_id AS sessionId,
  playlist_id AS playlistId, position, impression_id AS impressionId, source
  FROM listens
  WHERE listener_id = @listener AND event_id > @after
  QUALIFY ROW_NUMBER() OVER (PARTITION BY event_id ORDER BY received_at) = 1
  ORDER BY event_id
  LIMIT @limit`;

/** History over a warehouse. */
export function createHistory(warehouse: Pick<Warehouse, 'append' | 'query' | 'eraseListener'>): History {
  return {
    events: (listener, after, limit) => warehouse.query(EVENTS_SQL, { listener, after, limit }),
    async erase(listenerId, erasedAt) {
      await warehouse.append('erasures', [erasureRow(listenerId, erasedAt)]);
      return warehouse.eraseListener(listenerId);
    },
  };
}
