/** Is this item a discovery for this listener at this instant? (algorithms: discovery, defined) */
import {
  DISCOVERY_THRESHOLDS,
  type DiscoveryItem,
  type DiscoveryThresholds,
  type History,
} from './discovery-history.ts';
import { isPlay } from './event.ts';
import { isForgottenFavourite } from './forgotten-favourite.ts';
import { DAY_MS } from './time.ts';

export const NOTIONS = [
  'new_artist',
  'emerging',
  'new_track',
  'taste_broadening',
  'locally_novel',
  'forgotten_favourite',
] as const;
export type Notion = (typeof NOTIONS)[number];

const playsBefore = (history: History, at: number) =>
  history.filter((event) => isPlay(event) && event.occurredAt < at);

/** No play of the recording before `at` (epoch milliseconds). */
export function isNewTrack(history: History, item: DiscoveryItem, at: number): boolean {
  return !playsBefore(history, at).some(({ recordingId }) => recordingId === item.recordingId);
}

/** `new_artist` without earlier plays, `emerging` with one or two; null with more and for an unnamed artist. */
export function artistNovelty(
  plays: number,
  thresholds: DiscoveryThresholds = DISCOVERY_THRESHOLDS,
): 'new_artist' | 'emerging' | null {
  if (plays <= 0) return 'new_artist';
  return plays <= thresholds.emergingMaxPlays ? 'emerging' : null;
}

/** artistNovelty() of the item's primary artist before `at`; null where the artist is not known. */
export function artistNoveltyAt(
  history: History,
  item: DiscoveryItem,
  at: number,
  thresholds: DiscoveryThresholds = DISCOVERY_THRESHOLDS,
): 'new_artist' | 'emerging' | null {
  if (item.artistId === null) return null;
  let plays = 0;
  for (const play of playsBefore(history, at)) if (play.artistId === item.artistId) plays += play.plays;
  return artistNovelty(plays, thresholds);
}

/** Last play 90 days ago or more, and less than 180, where forgetting begins. */
export function isLocallyNovel(
  history: History,
  item: DiscoveryItem,
  at: number,
  thresholds: DiscoveryThresholds = DISCOVERY_THRESHOLDS,
): boolean {
  let last = Number.NEGATIVE_INFINITY;
  for (const play of playsBefore(history, at))
    if (play.recordingId === item.recordingId) last = Math.max(last, play.occurredAt);
  const days = (at - last) / DAY_MS;
  return days >= thresholds.locallyNovelFromDays && days < thresholds.locallyNovelToDays;
}

/** How far the listener's taste reaches; null stands for what is not known, which never makes a discovery. */
export interface TasteReach {
  /** By genre: share of the listener's plays of known genre, see genreShares(). */
  readonly genreShares: ReadonlyMap<string, number> | null;
  /** Of the item to the nearest taste centroid, see distanceToNearest(). */
  readonly distance: number | null;
  /** The listener's own 90th percentile of that distance over what they play, see quantile(). */
  readonly distanceLimit: number | null;
}

/** Share, by genre, of the plays before `at` whose genres are known; null where there is none. Shares may overlap. */
export function genreShares(
  history: History,
  genresOf: (recordingId: string) => readonly string[],
  at: number,
): ReadonlyMap<string, number> | null {
  const plays = new Map<string, number>();
  let total = 0;
  for (const play of playsBefore(history, at)) {
    const genres = new Set(genresOf(play.recordingId));
    if (play.private || genres.size === 0) continue;
    total += play.plays;
    for (const genre of genres) plays.set(genre, (plays.get(genre) ?? 0) + play.plays);
  }
  if (total === 0) return null;
  return new Map([...plays].map(([genre, count]) => [genre, count / total]));
}

/**
 * A new artist, and either all of the item's genres are below 1% of the listening (one familiar genre is enough to
 * feel at home) or the item lies farther out than 90% of what the listener plays.
 */
export function isTasteBroadening(
  history: History,
  item: DiscoveryItem,
  at: number,
  reach: TasteReach,
  thresholds: DiscoveryThresholds = DISCOVERY_THRESHOLDS,
): boolean {
  if (artistNoveltyAt(history, item, at, thresholds) !== 'new_artist') return false;
  const shares = reach.genreShares;
  const foreign =
    shares !== null &&
    item.genres.length > 0 &&
    item.genres.every((genre) => (shares.get(genre) ?? 0) < thresholds.broadeningGenreShare);
  const remote =
    reach.distance !== null && reach.distanceLimit !== null && reach.distance > reach.distanceLimit;
  return foreign || remote;
}

/** Every notion that holds at `at`, in the order of NOTIONS; `retained`, an outcome, is isRetained(). */
export function notionsAt(
  history: History,
  item: DiscoveryItem,
  at: number,
  reach: TasteReach,
  thresholds: DiscoveryThresholds = DISCOVERY_THRESHOLDS,
): readonly Notion[] {
  const artist = artistNoveltyAt(history, item, at, thresholds);
  const holds: { readonly [N in Notion]: boolean } = {
    new_artist: artist === 'new_artist',
    emerging: artist === 'emerging',
    new_track: isNewTrack(history, item, at),
    taste_broadening: isTasteBroadening(history, item, at, reach, thresholds),
    locally_novel: isLocallyNovel(history, item, at, thresholds),
    forgotten_favourite: isForgottenFavourite(history, item, at, thresholds),
  };
  return NOTIONS.filter((notion) => holds[notion]);
}

/**
 * The notion that can be told from sets alone. Anything heard, a skip too, is `familiar`: nothing heard is new.
 * artistPlays: earlier plays of an artist. An unnamed artist is not claimed to be new.
 */
export function onlineNotion(
  item: Pick<DiscoveryItem, 'recordingId' | 'artistId'>,
  known: {
    readonly heard: { has(recordingId: string): boolean };
    readonly artistPlays: (artistId: string) => number;
  },
  thresholds: DiscoveryThresholds = DISCOVERY_THRESHOLDS,
): 'new_artist' | 'emerging' | 'new_track' | 'familiar' {
  if (known.heard.has(item.recordingId)) return 'familiar';
  if (item.artistId === null) return 'new_track';
  return artistNovelty(known.artistPlays(item.artistId), thresholds) ?? 'new_track';
}
