/** What the discovery notions look at, and their published thresholds (algorithms: discovery, defined). */
import type { ListeningEvent } from './event.ts';
import type { CatalogueItem } from './item.ts';

/** Days are of 24 hours unless said to be calendar days, which are UTC. */
export const DISCOVERY_THRESHOLDS = {
  /** An artist of 1 to this many earlier plays is emerging. */
  emergingMaxPlays: 2,
  /** Locally novel: last play at least `from` and less than `to` days ago (ICWSM 2022). */
  locallyNovelFromDays: 90,
  locallyNovelToDays: 180,
  /** A favourite once: this many plays on so many calendar days, first and last at most the window apart. */
  favouriteWindowDays: 90,
  favouriteMinPlays: 5,
  favouriteMinDays: 3,
  /** Forgotten: no play for at least this many days. */
  forgottenAfterDays: 180,
  /** No longer liked: at least `tiredSkips` of the last `tiredListens` listens were skips. */
  tiredListens: 3,
  tiredSkips: 2,
  /** Broadening: a genre below this share of the listener's plays … */
  broadeningGenreShare: 0.01,
  /** … or farther out than this quantile of the listener's own distances. */
  broadeningQuantile: 0.9,
  /** Retained: within this many days after the play, the last instant included. */
  retainedWithinDays: 28,
  retainedMinLaterDays: 2,
  retainedMinOtherTracks: 3,
} as const;

export type DiscoveryThresholds = { readonly [K in keyof typeof DISCOVERY_THRESHOLDS]: number };

/**
 * One listener's distinct events (distinctEvents()), in any order. Private ones count against newness, since they
 * were heard, and never as evidence of taste.
 */
export type History = readonly Pick<
  ListeningEvent,
  | 'type'
  | 'eventId'
  | 'recordingId'
  | 'artistId'
  | 'occurredAt'
  | 'msPlayed'
  | 'durationMs'
  | 'skipped'
  | 'plays'
  | 'private'
>[];

export type DiscoveryItem = Pick<CatalogueItem, 'recordingId' | 'artistId' | 'genres'>;
