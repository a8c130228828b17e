/** Did a discovery stay with the listener? (algorithms: discovery, defined) */
import {
  DISCOVERY_THRESHOLDS,
  type DiscoveryItem,
  type DiscoveryThresholds,
  type History,
} from './discovery-history.ts';
import { isPlay } from './event.ts';
import { compareEvents } from './event-order.ts';
import { withdrawnFeedback } from './feedback.ts';
import { DAY_MS, utcDay } from './time.ts';

/**
 * The first play of the recording at or after `at` and, within 28 days of it: a save, like or playlist add not taken
 * back by then, plays of it on ≥2 later calendar days, or plays of ≥3 other recordings by the artist.
 * Feedback given while the track still sounded counts: occurredAt of a listen is its end. Private events do not.
 */
export function isRetained(
  history: History,
  item: DiscoveryItem,
  at: number,
  thresholds: DiscoveryThresholds = DISCOVERY_THRESHOLDS,
): boolean {
  const open = history.filter((event) => !event.private).sort(compareEvents);
  const ofItem = (event: { recordingId: string }): boolean => event.recordingId === item.recordingId;
  const play = open.find((event) => event.occurredAt >= at && isPlay(event) && ofItem(event));
  if (play === undefined) return false;
  const from = play.occurredAt - (play.msPlayed ?? play.durationMs ?? 0);
  const to = play.occurredAt + thresholds.retainedWithinDays * DAY_MS;
  const within = open.filter((event) => event.occurredAt >= from && event.occurredAt <= to);

  const withdrawn = withdrawnFeedback(within);
  const kept = within.some(
    (event) =>
      ofItem(event) &&
      (event.type === 'save' || event.type === 'like' || event.type === 'playlist_add') &&
      !withdrawn.has(event.eventId),
  );
  if (kept) return true;

  const later = within.filter((event) => isPlay(event) && event.occurredAt >= play.occurredAt);
  const laterDays = new Set(later.filter(ofItem).map((event) => utcDay(event.occurredAt)));
  laterDays.delete(utcDay(play.occurredAt));
  if (laterDays.size >= thresholds.retainedMinLaterDays) return true;

  if (item.artistId === null) return false;
  const others = later.filter((event) => event.artistId === item.artistId && !ofItem(event));
  return new Set(others.map((event) => event.recordingId)).size >= thresholds.retainedMinOtherTracks;
}
