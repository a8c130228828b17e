/** Which tracks of the ranked levels are taken: spread over artists, to a number of tracks or of minutes. */
import type { IndexedItem } from './indexed-item.ts';

/** The best known so many of a level are ranked first; the rest only where they do not do. */
const FIRST_RANKED = 2_000;
/** Tracks of one artist: two; more only where a level would otherwise be left for one that satisfies less. */
const CAPS: readonly number[] = [2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128, Number.POSITIVE_INFINITY];
/** Of one artist without that being worth a word. */
export const USUAL_CAP = 3;
/** For tracks of unknown duration, where no known ones are left. Milliseconds. */
export const ASSUMED_DURATION_MS = 240_000;
/** From here on tracks are chosen for what is missing: times the mean duration of those taken. */
const CLOSING = 1.6;
/** A last track that leaves this little missing is as good as any. Milliseconds. */
const RIGHT_MS = 10_000;
/** Tracks among which the last is looked for that makes the length right. */
const LAST_CHOICES = 400;

export interface Pick {
  readonly item: IndexedItem;
  /** Of the item in the catalogue. */
  readonly index: number;
}

/** Indices of items, best first, ranked as far as it is read. */
export class Ranking {
  readonly #ranking: RankingInput;
  readonly #ranked: Pick[] = [];
  #rest: readonly number[];

  constructor(input: RankingInput) {
    this.#ranking = input;
    this.#rest = input.indices;
  }

  at(place: number): Pick | undefined {
    while (place >= this.#ranked.length && this.#rest.length > 0) this.#rankMore();
    return this.#ranked[place];
  }

  #rankMore(): void {
    const { items, score, extra } = this.#ranking;
    const scores = Float64Array.from(this.#rest, score);
    const least =
      this.#ranked.length === 0 && scores.length > FIRST_RANKED
        ? (scores.toSorted()[scores.length - FIRST_RANKED] as number)
        : Number.NEGATIVE_INFINITY;
    const scored: (Pick & { readonly score: number })[] = [];
    const rest: number[] = [];
    for (const [place, index] of this.#rest.entries()) {
      const own = scores[place] as number;
      const item = items[index] as IndexedItem;
      if (own >= least) scored.push({ item, index, score: own + extra(item) });
      else rest.push(index);
    }
    scored.sort((a, b) => b.score - a.score || (a.item.itemId < b.item.itemId ? -1 : 1));
    for (const { item, index } of scored) this.#ranked.push({ item, index });
    this.#rest = rest;
  }
}

export interface RankingInput {
  readonly items: readonly IndexedItem[];
  /** Into `items`. */
  readonly indices: readonly number[];
  readonly score: (index: number) => number;
  /** A dearer part of the score, asked for only where an item may be among the first. */
  readonly extra: (item: IndexedItem) => number;
}

export interface Length {
  readonly tracks: number;
  /** From so many on nothing more gives way. */
  readonly enough: number;
  /** Null: only the number of tracks counts. */
  readonly ms: number | null;
}

export interface SelectionInput {
  readonly levels: number;
  /** Asked for once per level, in ascending order. */
  readonly ranking: (level: number) => Ranking;
  /** Whether the item may be served from this level; asked as late as possible. */
  readonly admits: (pick: Pick, level: number) => boolean;
  readonly length: Length;
  readonly isSpread: boolean;
}

export interface Selection {
  readonly picks: readonly Pick[];
  /** Of the tracks taken, those of unknown duration counting ASSUMED_DURATION_MS. */
  readonly ms: number;
}

/** Level by level, so that what satisfies more comes first; one track per recording. */
export function selectTracks({ levels, ranking, admits, length, isSpread }: SelectionInput): Selection {
  const picks: Pick[] = [];
  const recordings = new Set<string>();
  const byArtist = new Map<string, number>();
  let ms = 0;
  let most = length.tracks;
  const meanMs = () => (picks.length === 0 ? ASSUMED_DURATION_MS : ms / picks.length);
  const isFull = () =>
    picks.length >= most ||
    (length.ms !== null && Math.abs(length.ms - ms) <= tolerance(length.ms, ms, picks.length));
  const missingMs = () => (length.ms === null ? Number.POSITIVE_INFINITY : length.ms - ms);
  const isClosing = () => missingMs() <= CLOSING * meanMs();
  const isTooLong = ({ item }: Pick) => (item.durationMs ?? ASSUMED_DURATION_MS) > missingMs();
  const take = (pick: Pick) => {
    const { recordingId, artistId, durationMs } = pick.item;
    picks.push(pick);
    recordings.add(recordingId);
    if (artistId !== null) byArtist.set(artistId, (byArtist.get(artistId) ?? 0) + 1);
    ms += durationMs ?? ASSUMED_DURATION_MS;
  };

  function* fitting(ranked: Ranking, level: number, cap: number, isTimed: boolean | null): Generator<Pick> {
    for (let place = 0; ; place++) {
      const pick = ranked.at(place);
      if (pick === undefined) return;
      const { recordingId, artistId, durationMs } = pick.item;
      if (isTimed !== null && (durationMs !== null) !== isTimed) continue;
      if (recordings.has(recordingId)) continue;
      if (artistId !== null && (byArtist.get(artistId) ?? 0) >= cap) continue;
      if (admits(pick, level)) yield pick;
    }
  }

  for (let level = 0; level < levels; level++) {
    if (level > 0 && length.ms === null) most = length.enough;
    if (isFull()) break;
    const ranked = ranking(level);
    if (ranked.at(0) === undefined) continue;
    for (const isTimed of length.ms === null ? [null] : [true, false])
      for (const cap of isSpread ? CAPS : CAPS.slice(-1)) {
        if (isFull()) break;
        for (const pick of fitting(ranked, level, cap, isTimed)) {
          if (isFull() || isClosing()) break;
          if (!isTooLong(pick)) take(pick);
        }
        while (isClosing() && !isFull()) {
          const last = closest(fitting(ranked, level, cap, isTimed), missingMs());
          if (last === undefined) break;
          take(last);
        }
      }
  }
  return { picks, ms };
}

/** The first that is right within some seconds, otherwise the nearest; undefined where none brings it nearer. */
function closest(picks: Iterable<Pick>, missingMs: number): Pick | undefined {
  let best: Pick | undefined;
  let off = Math.abs(missingMs);
  let seen = 0;
  for (const pick of picks) {
    const rest = Math.abs(missingMs - (pick.item.durationMs ?? ASSUMED_DURATION_MS));
    if (rest < off) [best, off] = [pick, rest];
    if (off < RIGHT_MS || ++seen === LAST_CHOICES) break;
  }
  return best;
}

/** Milliseconds by which a length may be missed: 5%, or half a track of those chosen. */
export function tolerance(wantedMs: number, ms: number, tracks: number): number {
  return Math.max(0.05 * wantedMs, tracks === 0 ? 0 : ms / tracks / 2);
}
