/** A listen as the closed loop knows it, hidden things included, and the events that tell of it. */
import { EVENT_VERSION, type ListeningEvent } from '../domain/event.ts';
import type { ServedSurface } from './closed-loop-policy.ts';
import { itemOf, type LoopWorld } from './closed-loop-world.ts';
import { SOURCE } from './tracks.ts';

/** From the end of a listen to its arrival. Milliseconds. */
const ARRIVAL_MS = 1000;

export interface LoopListen {
  readonly eventId: string;
  /** Index of the listener. */
  readonly listener: number;
  readonly track: number;
  readonly canonical: number;
  /** Index of the artist. */
  readonly artist: number;
  /** Epoch ms of its end. */
  readonly at: number;
  /** Day on which its session began, since 1970. */
  readonly day: number;
  readonly sessionId: string;
  readonly msPlayed: number;
  readonly durationMs: number;
  readonly skipped: boolean;
  readonly completed: boolean;
  readonly saved: boolean;
  /** Where the policy served it; null for the listener's own choice. */
  readonly surface: ServedSurface | null;
  /** No earlier event tells of this recording. */
  readonly first: boolean;
  /** Hidden: liking when it began. */
  readonly liking: number;
}

/** What a player reports of it: a listen, and a save while it still sounded. */
export function eventsOfListen(world: LoopWorld, listen: LoopListen): ListeningEvent[] {
  const { itemId, recordingId, artistId } = itemOf(world, listen.track);
  const about = {
    version: EVENT_VERSION,
    listenerId: world.listeners[listen.listener]?.profile.listenerId ?? '',
    itemId,
    recordingId,
    artistId,
    skipped: false,
    plays: 1,
    private: false,
    context: { surface: listen.surface ?? 'library', sessionId: listen.sessionId },
    source: SOURCE,
  } as const;
  const heard: ListeningEvent = {
    ...about,
    type: 'listen',
    eventId: listen.eventId,
    occurredAt: listen.at,
    receivedAt: listen.at + ARRIVAL_MS,
    msPlayed: listen.msPlayed,
    durationMs: listen.durationMs,
    skipped: listen.skipped,
  };
  if (!listen.saved) return [heard];
  const during = listen.at - Math.floor(listen.msPlayed / 4);
  const save: ListeningEvent = {
    ...about,
    type: 'save',
    eventId: `${listen.eventId}:save`,
    occurredAt: during,
    receivedAt: during + ARRIVAL_MS,
    msPlayed: null,
    durationMs: null,
  };
  return [save, heard];
}
