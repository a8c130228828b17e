/** Which of the served discoveries stayed: isRetained() over each listener's own events. */

import { DISCOVERY_THRESHOLDS, type DiscoveryItem } from '../domain/discovery-history.ts';
import type { ListeningEvent } from '../domain/event.ts';
import { isRetained } from '../domain/retention.ts';
import { DAY_MS } from '../domain/time.ts';

/** A served track that no earlier event told of. */
export interface Discovery {
  readonly item: DiscoveryItem;
  /** Epoch ms of its first play. */
  readonly at: number;
  /** Milliseconds of that play. */
  readonly msPlayed: number;
}

/**
 * isRetained() of each discovery. It looks at the 28 days after the first play alone, which is why only those are
 * handed to it: the answers are the same and the cost does not grow with the history. `history`: by occurredAt.
 */
export function retainedDiscoveries(
  history: readonly ListeningEvent[],
  discoveries: readonly Discovery[],
): boolean[] {
  return discoveries.map(({ item, at, msPlayed }) =>
    isRetained(
      between(history, at - msPlayed, at + DISCOVERY_THRESHOLDS.retainedWithinDays * DAY_MS),
      item,
      at,
    ),
  );
}

/**
 * The same by the listener's own doing: feedback, and plays that nobody served but the discovery's own. It cannot be
 * raised by serving a track, or its artist, again.
 */
export function retainedByChoice(
  history: readonly ListeningEvent[],
  isServed: (event: ListeningEvent) => boolean,
  discoveries: readonly Discovery[],
): boolean[] {
  return discoveries.map((discovery) => {
    const { item, at } = discovery;
    const isOwn = (event: ListeningEvent) =>
      event.type !== 'listen' ||
      !isServed(event) ||
      (event.occurredAt === at && event.recordingId === item.recordingId);
    const end = at + DISCOVERY_THRESHOLDS.retainedWithinDays * DAY_MS;
    return isRetained(between(history, at - discovery.msPlayed, end).filter(isOwn), item, at);
  });
}

/** Events with from ≤ occurredAt ≤ to. */
function between(history: readonly ListeningEvent[], from: number, to: number): ListeningEvent[] {
  return history.slice(placeOf(history, from), placeOf(history, to + 1));
}

/** Place of the first event at or after `at`. */
function placeOf(history: readonly ListeningEvent[], at: number): number {
  let low = 0;
  let high = history.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((history[middle]?.occurredAt ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
