/**
 * A listener's signals: a pure fold of their events. Any order and any repetition of the same events gives the same
 * signals, which is what makes at-least-once delivery exactly-once in effect.
 */
import { type AffinityEntry, AffinityTally, decay, eventValue } from './affinity.ts';
import { isPlay, isSkip, type ListeningEvent } from './event.ts';
import { distinctEvents } from './event-order.ts';
import { standingFeedback, withdrawnFeedback } from './feedback.ts';
import type { CatalogueItem } from './item.ts';
import { HourProfile, type HourSlot, type ListeningRates, ratesOf } from './listening-profile.ts';
import { type Session, sessionsOf } from './sessions.ts';

/** How many of the latest listens the signals name. */
export const RECENT_LISTENS = 50;

/** What the catalogue knows of a track, as far as taste is concerned. */
export type TrackTraits = Pick<CatalogueItem, 'artistId' | 'genres' | 'tempo' | 'key' | 'mode' | 'energy'>;

export interface RecentListen {
  readonly itemId: string;
  readonly recordingId: string;
  readonly artistId: string | null;
  readonly occurredAt: number;
  readonly msPlayed: number | null;
  /** By the rule of isSkip(), not by the player's flag alone. */
  readonly skipped: boolean;
  readonly private: boolean;
}

export interface Signals {
  /** Epoch milliseconds to which affinities and hours are decayed. */
  readonly now: number;
  /** Taste: neither private nor excluded events are in recordings, artists, genres, hours and rates. */
  readonly recordings: ReadonlyMap<string, AffinityEntry>;
  readonly artists: ReadonlyMap<string, AffinityEntry>;
  readonly genres: ReadonlyMap<string, AffinityEntry>;
  /** 24 slots by hour of the day, UTC. */
  readonly hours: readonly HourSlot[];
  readonly rates: ListeningRates;
  /** By recording: everything listened to, skips, private and excluded listens too. */
  readonly heard: ReadonlyMap<string, { readonly itemId: string; readonly lastAt: number }>;
  /** Newest first, at most RECENT_LISTENS. */
  readonly recent: readonly RecentListen[];
  /** Oldest first. */
  readonly sessions: readonly Session[];
  /** Recordings saved or liked, and disliked, as it stands: what was said in private counts too. */
  readonly saved: ReadonlySet<string>;
  readonly disliked: ReadonlySet<string>;
  /** Further bodies of ids that came with different ones. */
  readonly conflicts: number;
}

export interface FoldOptions {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly describe: (itemId: string, recordingId: string) => TrackTraits | undefined;
  /** True leaves the event out of taste; it still counts as heard. */
  readonly excluded?: (event: ListeningEvent) => boolean;
}

/** An aggregated history has no times of its own: it belongs to no hour and no session. */
const isTimed = (listen: ListeningEvent): boolean => listen.plays === 1;

type Taste = Pick<Signals, 'recordings' | 'artists' | 'genres' | 'hours' | 'rates'>;

/** Taste out of distinct events in order, private and excluded ones already left out. */
function foldTaste(events: readonly ListeningEvent[], { now, describe }: FoldOptions): Taste {
  const recordings = new AffinityTally();
  const artists = new AffinityTally();
  const genres = new AffinityTally();
  const hours = new HourProfile();
  const withdrawn = withdrawnFeedback(events);
  for (const event of events) {
    const value = eventValue(event);
    if (value === 0 || withdrawn.has(event.eventId)) continue;
    const weight = value * decay(now - event.occurredAt);
    const traits = describe(event.itemId, event.recordingId);
    recordings.add(event.recordingId, event, weight);
    const artistId = event.artistId ?? traits?.artistId;
    if (artistId != null) artists.add(artistId, event, weight);
    for (const genre of new Set(traits?.genres)) genres.add(genre, event, weight);
    if (isPlay(event) && isTimed(event)) hours.add(event.occurredAt, weight, traits);
  }
  return {
    recordings: recordings.entries,
    artists: artists.entries,
    genres: genres.entries,
    hours: hours.slots,
    rates: ratesOf(events.filter((event) => event.type === 'listen')),
  };
}

/** Signals of one listener as of `now`, out of that listener's events in any order and repeated at will. */
export function foldSignals(events: Iterable<ListeningEvent>, options: FoldOptions): Signals {
  const { events: ordered, conflicts } = distinctEvents(events);
  const listens = ordered.filter((event) => event.type === 'listen');
  const heard = new Map<string, { itemId: string; lastAt: number }>();
  for (const { recordingId, itemId, occurredAt } of listens)
    heard.set(recordingId, { itemId, lastAt: occurredAt });
  const recent = listens
    .slice(-RECENT_LISTENS)
    .reverse()
    .map((event) => ({
      itemId: event.itemId,
      recordingId: event.recordingId,
      artistId: event.artistId ?? options.describe(event.itemId, event.recordingId)?.artistId ?? null,
      occurredAt: event.occurredAt,
      msPlayed: event.msPlayed,
      skipped: isSkip(event),
      private: event.private,
    }));
  const ofTaste = ordered.filter((event) => !event.private && options.excluded?.(event) !== true);
  return {
    now: options.now,
    ...foldTaste(ofTaste, options),
    heard,
    recent,
    sessions: sessionsOf(listens.filter(isTimed)),
    ...standingFeedback(ordered),
    conflicts,
  };
}
