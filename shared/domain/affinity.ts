/** Affinity `a(u,i) = Σ_events 2^(−age/30d)·v(event)` of a listener to a recording, artist or genre (algorithms: vocabulary). */
import { isPlay, isSkip, type ListeningEvent } from './event.ts';
import { DAY_MS } from './time.ts';

/** Days after which an event counts half. */
export const HALF_LIFE_DAYS = 30;
/** v of a save, like or playlist add. */
export const SAVE_VALUE = 3;
/** v of a skip or a dislike. */
export const SKIP_VALUE = -1;

type ValuedEvent = Pick<ListeningEvent, 'type' | 'msPlayed' | 'durationMs' | 'skipped' | 'plays' | 'private'>;

/** Share of a recording that was heard, 0 to 1; 1 where it cannot be known (a scrobble, no duration). */
export function completionShare({
  msPlayed,
  durationMs,
}: Pick<ListeningEvent, 'msPlayed' | 'durationMs'>): number {
  if (msPlayed === null || durationMs === null || durationMs <= 0) return 1;
  return Math.min(1, Math.max(0, msPlayed) / durationMs);
}

/**
 * v(event) before any withdrawal: completion share of a play, 3 for a save, like or playlist add, −1 for a skip or
 * a dislike, 0 for the rest and for private events; times the listens that the event stands for.
 */
export function eventValue(event: ValuedEvent): number {
  if (event.private) return 0;
  switch (event.type) {
    case 'listen':
      return event.plays * (isSkip(event) ? SKIP_VALUE : completionShare(event));
    case 'save':
    case 'like':
    case 'playlist_add':
      return event.plays * SAVE_VALUE;
    case 'dislike':
      return event.plays * SKIP_VALUE;
    case 'unsave':
    case 'search_click':
      return 0;
  }
}

/** `2^(−age/30d)`, age in milliseconds; 1 for an event ahead of the clock, which must not outweigh the present. */
export function decay(ageMs: number): number {
  return 2 ** (-Math.max(0, ageMs) / (HALF_LIFE_DAYS * DAY_MS));
}

/** An affinity as readers take it: it is stored as it is and floored at 0 on reading. */
export function readAffinity(stored: number): number {
  return Math.max(0, stored);
}

/** What a listener's taste for one recording, artist or genre rests on. */
export interface AffinityEntry {
  /** Decayed to the fold's `now`; may be negative, see readAffinity(). */
  readonly affinity: number;
  readonly plays: number;
  readonly skips: number;
  /** plays + skips. */
  readonly listens: number;
  /** Epoch milliseconds of the latest listen or standing feedback that counts. */
  readonly lastAt: number;
}

/** Sums affinities by key; events come in the order of the fold, so that sums are the same to the last bit. */
export class AffinityTally {
  readonly #entries = new Map<string, { -readonly [K in keyof AffinityEntry]: AffinityEntry[K] }>();

  /** weight: value × decay of the event. */
  add(key: string, event: ValuedEvent & Pick<ListeningEvent, 'occurredAt'>, weight: number): void {
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { affinity: 0, plays: 0, skips: 0, listens: 0, lastAt: event.occurredAt };
      this.#entries.set(key, entry);
    }
    entry.affinity += weight;
    if (isPlay(event)) entry.plays += event.plays;
    else if (isSkip(event)) entry.skips += event.plays;
    entry.listens = entry.plays + entry.skips;
    entry.lastAt = Math.max(entry.lastAt, event.occurredAt);
  }

  get entries(): ReadonlyMap<string, AffinityEntry> {
    return this.#entries;
  }
}

/** −1 to 1, keeping the sign: one play is a half, many are nearly one. */
export function squash(affinity: number): number {
  return affinity / (1 + Math.abs(affinity));
}
