/** Podcasts: where a listener is in each show, and which episode is next. */
import { isCompleted, isSkip, type ListeningEvent } from './event.ts';
import type { IndexedItem } from './indexed-item.ts';

export interface NextEpisode {
  readonly episode: IndexedItem;
  /** Milliseconds heard of it already; 0: not begun. */
  readonly progressMs: number;
  readonly followed: boolean;
  /** Epoch ms: when the show was last heard; 0: never. */
  readonly lastAt: number;
}

/** Episodes of each show, oldest first: by year, then by the numbers in their titles. */
export function episodesByShow(items: readonly IndexedItem[]): ReadonlyMap<string, readonly IndexedItem[]> {
  const shows = new Map<string, IndexedItem[]>();
  for (const item of items) {
    if (item.kind !== 'episode' || item.artistId === null) continue;
    const known = shows.get(item.artistId);
    if (known === undefined) shows.set(item.artistId, [item]);
    else known.push(item);
  }
  // Costs milliseconds, which no cold start that shows no podcasts has to pay.
  const byNumber = new Intl.Collator('en', { numeric: true });
  for (const episodes of shows.values())
    episodes.sort(
      (a, b) =>
        (a.year ?? 0) - (b.year ?? 0) ||
        byNumber.compare(a.title ?? '', b.title ?? '') ||
        byNumber.compare(a.itemId, b.itemId),
    );
  return shows;
}

/**
 * For each show that was listened to or is followed: the episode that was broken off, or the first unheard after the last
 * one heard; none where all were heard. Shows heard last come first, then those that are only followed. `events` in the
 * order of the fold; `hasHeard` knows what was heard before them.
 */
export function nextEpisodes(
  shows: ReadonlyMap<string, readonly IndexedItem[]>,
  events: readonly ListeningEvent[],
  options: { readonly hasHeard: (episode: IndexedItem) => boolean; readonly followed: ReadonlySet<string> },
): NextEpisode[] {
  const last = new Map<string, ListeningEvent>();
  for (const event of events)
    if (event.type === 'listen' && !event.private) last.set(event.recordingId, event);
  return [...shows]
    .flatMap(([show, episodes]): NextEpisode[] => {
      const followed = options.followed.has(show);
      const heard = episodes.map(({ recordingId }) => last.get(recordingId));
      const lastAt = Math.max(0, ...heard.map((event) => event?.occurredAt ?? 0));
      const before = episodes.map((episode) => options.hasHeard(episode));
      if (lastAt === 0 && !followed && !before.includes(true)) return [];
      const latest = heard.findIndex((event) => event !== undefined && event.occurredAt === lastAt);
      const broken = heard[latest];
      if (broken !== undefined && !isCompleted(broken) && !isSkip(broken) && broken.msPlayed !== null)
        return [{ episode: episodes[latest] as IndexedItem, progressMs: broken.msPlayed, followed, lastAt }];
      const from = latest >= 0 ? latest : before.lastIndexOf(true);
      const next = episodes.find((_, at) => at > from && heard[at] === undefined && before[at] === false);
      return next === undefined ? [] : [{ episode: next, progressMs: 0, followed, lastAt }];
    })
    .sort(
      (a, b) =>
        b.lastAt - a.lastAt ||
        Number(b.followed) - Number(a.followed) ||
        b.episode.popularity - a.episode.popularity,
    );
}
