/** Which items of a blend are chosen, and whose each is: greedy welfare, with a share for every member. */
import type { BlendMember, SharedItem } from './blend-evidence.ts';
import type { Candidate } from './candidate.ts';

export interface BlendChoice {
  /** As the member it is attributed to knows it: their release, their evidence. */
  readonly candidate: Candidate;
  readonly attributedTo: string;
  /** Percentile affinity of every member, 0 to 1. */
  readonly affinities: Readonly<Record<string, number>>;
  /** Members who play it and like it already. */
  readonly favouriteOf: readonly string[];
  /** Who has evidence of it. */
  readonly reason: 'everyone' | 'several' | 'one';
  /** Gain in welfare when it was chosen, the sum of its parts. */
  readonly score: number;
  /** By member with evidence. */
  readonly parts: Readonly<Record<string, number>>;
}

/** Tracks that each of `members` is owed at least: `⌊count/members⌋ − 1`. */
export function quotaOf(count: number, members: number): number {
  return Math.max(0, Math.floor(count / members) - 1);
}

interface Picked {
  readonly item: SharedItem;
  readonly parts: Readonly<Record<string, number>>;
  /** Index of the member. */
  to: number;
}

/** Items that are taken one by one, each time the one that adds most to the welfare of all. */
export class BlendSelection {
  readonly #members: readonly BlendMember[];
  readonly #free: Set<SharedItem>;
  readonly #perArtist: number;
  /** U_u by member. */
  readonly #welfare: number[];
  readonly #ofArtist = new Map<string, number>();
  /** By member: items that are left with evidence of theirs. */
  readonly #available: number[];
  /** The gain last computed: welfare only grows, so it is no less than the gain now. */
  readonly #atMost = new Map<SharedItem, number>();

  constructor(members: readonly BlendMember[], items: readonly SharedItem[], perArtist: number) {
    this.#members = members;
    this.#free = new Set(items);
    this.#perArtist = perArtist;
    this.#welfare = members.map(() => 0);
    this.#available = members.map(
      (_, index) => items.filter(({ backers }) => backers.includes(index)).length,
    );
  }

  /** The next `count`, or what is left, each member with the quota of as many. */
  take(count: number): BlendChoice[] {
    const length = Math.min(count, this.#free.size);
    const quota = quotaOf(length, this.#members.length);
    const counts = this.#members.map(() => 0);
    const picked: Picked[] = [];
    while (picked.length < length) {
      const owed = this.#owed(counts, quota);
      const isShort = sum(owed) >= length - picked.length;
      const pick = isShort && sum(owed) > 0 ? this.#bestOwed(owed, counts) : this.#best(counts);
      if (pick === undefined) break;
      picked.push(this.#remove(pick));
      counts[pick.to] = (counts[pick.to] ?? 0) + 1;
    }
    evenOut(picked, counts, quota);
    return picked.map((entry) => this.#write(entry));
  }

  /** By member: tracks that are missing to the quota and are there to be had. */
  #owed(counts: readonly number[], quota: number): number[] {
    return counts.map((has, index) => Math.min(Math.max(0, quota - has), this.#available[index] ?? 0));
  }

  #best(counts: readonly number[]): { item: SharedItem; to: number } | undefined {
    const item = this.#argmax(() => 0);
    return item && { item, to: strongest(item, item.backers, counts) };
  }

  /** The best for those who are owed something: what is theirs above all, then what they like as well. */
  #bestOwed(
    owed: readonly number[],
    counts: readonly number[],
  ): { item: SharedItem; to: number } | undefined {
    const isOwed = (index: number) => (owed[index] ?? 0) > 0;
    const item = this.#argmax(({ backers, affinities, top }) => {
      let found: number | undefined;
      for (const index of backers)
        if (isOwed(index)) {
          if (affinities[index] === top) return 0;
          found = 1;
        }
      return found;
    });
    return item && { item, to: strongest(item, item.backers.filter(isOwed), counts) };
  }

  /** Of the lowest class, then of artists below their cap, the item of the highest gain. */
  #argmax(classOf: (item: SharedItem) => number | undefined): SharedItem | undefined {
    let best: SharedItem | undefined;
    let [bestClass, bestOver, bestGain] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, -1];
    for (const item of this.#free) {
      const itemClass = classOf(item);
      if (itemClass === undefined || itemClass > bestClass) continue;
      const over = Math.max(0, this.#artistCount(item) - this.#perArtist + 1);
      if (itemClass === bestClass && over > bestOver) continue;
      const isLike = itemClass === bestClass && over === bestOver;
      if (isLike && (this.#atMost.get(item) ?? Number.POSITIVE_INFINITY) <= bestGain) continue;
      const gain = this.#gain(item);
      this.#atMost.set(item, gain);
      // In the order of recording ids, so the first of equal ones stays.
      if (isLike && gain <= bestGain) continue;
      [best, bestClass, bestOver, bestGain] = [item, itemClass, over, gain];
    }
    return best;
  }

  #part(item: SharedItem, index: number): number {
    return item.luck * Math.log(1 + (item.affinities[index] ?? 0) / (1 + (this.#welfare[index] ?? 0)));
  }

  #gain(item: SharedItem): number {
    let gain = 0;
    for (const index of item.backers) gain += this.#part(item, index);
    return gain;
  }

  #artistCount({ artistId }: SharedItem): number {
    return artistId === null ? 0 : (this.#ofArtist.get(artistId) ?? 0);
  }

  #remove({ item, to }: { item: SharedItem; to: number }): Picked {
    const parts = Object.fromEntries(
      item.backers.map((index) => [this.#nameOf(index), this.#part(item, index)]),
    );
    this.#free.delete(item);
    if (item.artistId !== null) this.#ofArtist.set(item.artistId, this.#artistCount(item) + 1);
    for (const index of item.backers) {
      this.#welfare[index] = (this.#welfare[index] ?? 0) + (item.affinities[index] ?? 0);
      this.#available[index] = (this.#available[index] ?? 0) - 1;
    }
    return { item, parts, to };
  }

  #nameOf(index: number): string {
    return this.#members[index]?.listenerId ?? '';
  }

  #write({ item, parts, to }: Picked): BlendChoice {
    const { affinities, backers, own } = item;
    const names = this.#members.map(({ listenerId }) => listenerId);
    return {
      candidate: (own[to] as NonNullable<(typeof own)[number]>).candidate,
      attributedTo: this.#nameOf(to),
      affinities: Object.fromEntries(names.map((name, index) => [name, affinities[index] ?? 0])),
      favouriteOf: names.filter((_, index) => own[index]?.favourite === true),
      reason: backers.length === names.length ? 'everyone' : backers.length > 1 ? 'several' : 'one',
      score: sum(Object.values(parts)),
      parts,
    };
  }
}

/** Gives members below the quota what others above it can spare, where that costs least. */
function evenOut(picked: readonly Picked[], counts: number[], quota: number): void {
  for (const [index, has] of counts.entries())
    for (let missing = quota - has; missing > 0; missing--) {
      const loss = ({ item, to }: Picked) => (item.affinities[to] ?? 0) - (item.affinities[index] ?? 0);
      const spare = picked.filter(
        ({ item, to }) => (counts[to] ?? 0) > quota && (item.affinities[index] ?? 0) > 0,
      );
      const [entry] = spare.sort(
        (a, b) => loss(a) - loss(b) || (a.item.recordingId < b.item.recordingId ? -1 : 1),
      );
      if (entry === undefined) break;
      counts[entry.to] = (counts[entry.to] ?? 0) - 1;
      counts[index] = (counts[index] ?? 0) + 1;
      entry.to = index;
    }
}

function strongest(item: SharedItem, among: readonly number[], counts: readonly number[]): number {
  const affinity = (index: number) => item.affinities[index] ?? 0;
  return among.toSorted(
    (a, b) => affinity(b) - affinity(a) || (counts[a] ?? 0) - (counts[b] ?? 0) || a - b,
  )[0] as number;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
