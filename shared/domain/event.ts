/** What a listener did, as accepted by ingest: parsed, canonicalised and stamped once. */

export const EVENT_VERSION = 1;

export const EVENT_TYPES = [
  'listen',
  'save',
  'unsave',
  'like',
  'dislike',
  'playlist_add',
  'search_click',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export interface EventContext {
  readonly surface?: string;
  readonly sessionId?: string;
  readonly playlistId?: string;
  /** Zero-based place in the surface that was shown. */
  readonly position?: number;
  readonly impressionId?: string;
}

/** An accepted event. Times are epoch milliseconds, durations milliseconds. */
export interface ListeningEvent {
  readonly version: typeof EVENT_VERSION;
  readonly type: EventType;
  /** Chosen by the producer; repeating it is harmless. */
  readonly eventId: string;
  readonly listenerId: string;
  readonly itemId: string;
  /** Canonical recording, see recording.ts; assigned at the edge only. */
  readonly recordingId: string;
  /** Primary artist, null where neither the event nor the catalogue names one. */
  readonly artistId: string | null;
  readonly occurredAt: number;
  /** Stamped once by ingest or import: the instant that decides which build covers the event. */
  readonly receivedAt: number;
  /** Null for a scrobble, which by its protocol's own rule is a play. */
  readonly msPlayed: number | null;
  readonly durationMs: number | null;
  /** True where the player itself says that the listener skipped. */
  readonly skipped: boolean;
  /** How many listens this one stands for: 1, except in aggregated histories without times. */
  readonly plays: number;
  /** True when heard in a private session: it counts as heard, never as taste. */
  readonly private: boolean;
  readonly context: EventContext;
  /** Who said so: `api`, `listenbrainz`, `spotify`, `lastfm`, `hetrec`, `generated`, … */
  readonly source: string;
}

/** Under this many milliseconds an uncompleted listen is a skip (algorithms: vocabulary). */
export const PLAY_THRESHOLD_MS = 30_000;
/** Share of a recording's duration from which a listen counts as completed. */
export const COMPLETED_SHARE = 0.95;

type Listen = Pick<ListeningEvent, 'type' | 'msPlayed' | 'durationMs' | 'skipped'>;

/** True when at least COMPLETED_SHARE of a known duration was heard. */
export function isCompleted({ msPlayed, durationMs }: Pick<Listen, 'msPlayed' | 'durationMs'>): boolean {
  return (
    msPlayed !== null && durationMs !== null && durationMs > 0 && msPlayed >= durationMs * COMPLETED_SHARE
  );
}

/** Skip: flagged by the player, or under 30 s and not completed. A flagged skip is never also a play. */
export function isSkip(event: Listen): boolean {
  if (event.type !== 'listen') return false;
  if (event.skipped) return true;
  return event.msPlayed !== null && event.msPlayed < PLAY_THRESHOLD_MS && !isCompleted(event);
}

/** Play: a listen that is not a skip, that is 30 s or more, completed, or a scrobble. */
export function isPlay(event: Listen): boolean {
  return event.type === 'listen' && !isSkip(event);
}
