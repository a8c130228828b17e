/** What the members of a blend have between them: each recording once, with how much each member makes of it. */
import { hash } from 'node:crypto';
import type { Candidate } from './candidate.ts';
import type { Listenable } from './control.ts';

/** A candidate of one member. */
export interface BlendCandidate {
  readonly candidate: Candidate;
  /** On any scale of the member's own, the higher the better; 0 and below is no evidence. */
  readonly score: number;
  /** True for what the member plays and likes already. */
  readonly favourite: boolean;
}

export interface BlendMember {
  readonly listenerId: string;
  readonly candidates: readonly BlendCandidate[];
  /** Whether the member will not have it; that keeps it from everybody. */
  readonly blocks: (item: Listenable) => boolean;
}

export interface SharedItem {
  readonly recordingId: string;
  readonly artistId: string | null;
  /** r_u by member, in the order of the members; 0 where one has no evidence. */
  readonly affinities: readonly number[];
  /** The highest of them. */
  readonly top: number;
  /** The members with evidence, by index. */
  readonly backers: readonly number[];
  /** By member: the release that member knows. */
  readonly own: readonly (BlendCandidate | undefined)[];
  /** What its gain is multiplied with: 1, or up to `luck` more. */
  readonly luck: number;
}

/** `(below + (equal + 1)/2) / n` of each value: 1 for the best where it is alone, above 0 for the last. */
export function percentiles(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  const places = new Map<number, number>();
  for (let from = 0; from < sorted.length; ) {
    const value = sorted[from] as number;
    let to = from;
    while (to < sorted.length && sorted[to] === value) to++;
    places.set(value, (from + (to - from + 1) / 2) / sorted.length);
    from = to;
  }
  return values.map((value) => places.get(value) ?? 0);
}

/**
 * Every recording that some member has evidence of and none rules out: in any of its releases, since what one will not
 * hear is not played in another pressing. `seed` decides each one's luck, 0 to `luck`. By recording id.
 */
export function gatherItems(members: readonly BlendMember[], seed: string, luck: number): SharedItem[] {
  const found = new Map<string, { affinities: number[]; own: (BlendCandidate | undefined)[] }>();
  for (const [index, member] of members.entries()) {
    const best = bestOfEach(member.candidates);
    const affinities = percentiles(best.map(({ score }) => score));
    for (const [place, entry] of best.entries()) {
      const { recordingId } = entry.candidate;
      let item = found.get(recordingId);
      if (item === undefined) {
        item = { affinities: members.map(() => 0), own: members.map(() => undefined) };
        found.set(recordingId, item);
      }
      item.affinities[index] = affinities[place] ?? 0;
      item.own[index] = entry;
    }
  }
  const vetoed = new Set(
    members.flatMap(({ candidates }) =>
      candidates.flatMap(({ candidate }) =>
        members.some(({ blocks }) => blocks(candidate)) ? [candidate.recordingId] : [],
      ),
    ),
  );
  return [...found]
    .filter(([recordingId]) => !vetoed.has(recordingId))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([recordingId, { affinities, own }]) => ({
      recordingId,
      artistId: own.find((entry) => entry !== undefined)?.candidate.artistId ?? null,
      affinities,
      top: Math.max(...affinities),
      backers: affinities.flatMap((affinity, index) => (affinity > 0 ? [index] : [])),
      own,
      luck: luck === 0 ? 1 : 1 + luck * drawn(seed, recordingId),
    }));
}

/** One candidate per recording, the best; nothing without evidence. */
function bestOfEach(candidates: readonly BlendCandidate[]): BlendCandidate[] {
  const best = new Map<string, BlendCandidate>();
  for (const entry of candidates) {
    if (!(entry.score > 0)) continue;
    const { recordingId, itemId } = entry.candidate;
    const known = best.get(recordingId);
    const isBetter =
      known === undefined ||
      entry.score > known.score ||
      (entry.score === known.score && itemId < known.candidate.itemId);
    if (isBetter) best.set(recordingId, entry);
  }
  return [...best.values()];
}

/** Uniform in [0, 1), by seed and recording alone, so that nobody else's candidates shift it. */
function drawn(seed: string, recordingId: string): number {
  return Number.parseInt(hash('sha256', `${seed}\n${recordingId}`, 'hex').slice(0, 12), 16) / 2 ** 48;
}
