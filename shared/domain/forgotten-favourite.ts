/** A recording the listener once played a lot or saved, and has not played for half a year. */
import {
  DISCOVERY_THRESHOLDS,
  type DiscoveryItem,
  type DiscoveryThresholds,
  type History,
} from './discovery-history.ts';
import { isPlay, isSkip } from './event.ts';
import { compareEvents } from './event-order.ts';
import { standingFeedback } from './feedback.ts';
import { DAY_MS, utcDay } from './time.ts';

/** True where some window holds enough plays on enough calendar days. `plays`: in the order of the fold. */
function wasFavourite(plays: History, thresholds: DiscoveryThresholds): boolean {
  const windowMs = thresholds.favouriteWindowDays * DAY_MS;
  return plays.some((first, i) => {
    const window = plays.slice(i).filter((play) => play.occurredAt - first.occurredAt <= windowMs);
    const count = window.reduce((sum, play) => sum + play.plays, 0);
    const days = new Set(window.map((play) => utcDay(play.occurredAt)));
    return count >= thresholds.favouriteMinPlays && days.size >= thresholds.favouriteMinDays;
  });
}

/**
 * Some 90 days with ≥5 plays on ≥3 days, or saved or liked; played, but not for ≥180 days; and not skipped in ≥2 of
 * the last 3 listens. What was played in private makes nothing a favourite, yet it is no longer forgotten.
 */
export function isForgottenFavourite(
  history: History,
  item: DiscoveryItem,
  at: number,
  thresholds: DiscoveryThresholds = DISCOVERY_THRESHOLDS,
): boolean {
  const earlier = history
    .filter((event) => event.recordingId === item.recordingId && event.occurredAt < at)
    .sort(compareEvents);
  const lastPlay = earlier.findLast(isPlay);
  if (lastPlay === undefined || at - lastPlay.occurredAt < thresholds.forgottenAfterDays * DAY_MS)
    return false;
  const open = earlier.filter((event) => !event.private);
  const listens = open.filter((event) => event.type === 'listen');
  if (listens.slice(-thresholds.tiredListens).filter(isSkip).length >= thresholds.tiredSkips) return false;
  return standingFeedback(open).saved.has(item.recordingId) || wasFavourite(open.filter(isPlay), thresholds);
}
