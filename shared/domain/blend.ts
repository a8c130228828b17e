/** Blend: one list of tracks for two to ten listeners, fair to each of them (algorithms §6). */
import { type BlendMember, gatherItems } from './blend-evidence.ts';
import { FEWEST_MEMBERS, MOST_MEMBERS } from './blend-group.ts';
import { type BlendChoice, BlendSelection } from './blend-selection.ts';
import type { Candidate } from './candidate.ts';

/** Versioned configuration of Blend. */
export interface BlendWeights {
  readonly version: string;
  readonly count: number;
  /** Tracks kept to take the place of those that a member rules out later. */
  readonly reserves: number;
  /** Of one artist, while others are there. */
  readonly perArtist: number;
  /** By how much a day's luck may raise a gain: what makes tomorrow's blend another one. */
  readonly luck: number;
  /** What a favourite counts against the best of the member's pool. */
  readonly favourite: number;
}

export const BLEND_WEIGHTS: BlendWeights = {
  version: 'blend-1',
  count: 50,
  reserves: 50,
  perArtist: 4,
  luck: 0.15,
  favourite: 1,
};

export interface BlendOptions extends Pick<BlendWeights, 'count' | 'reserves' | 'perArtist' | 'luck'> {
  readonly seed: string;
  /** Indices of the chosen in playing order. */
  readonly order: (chosen: readonly Candidate[]) => readonly number[];
}

export interface BlendedTracks {
  /** In playing order. */
  readonly choices: readonly BlendChoice[];
  /** In the order in which they were chosen. */
  readonly reserves: readonly BlendChoice[];
}

/**
 * Greedy Nash welfare: `argmax_i luck_i·Σ_u log(1 + r_u(i)/(1 + U_u))`, U_u the sum of r_u of what was chosen so far;
 * equal gains by recording id. Each track is attributed to the member with the highest r_u (equal ones: who has fewer,
 * then by id) and each member gets the quota where they have evidence of that many. The order of the members does not
 * matter. Throws RangeError unless 2 to 10 different members are given.
 */
export function blendTracks(members: readonly BlendMember[], options: BlendOptions): BlendedTracks {
  const ids = members.map(({ listenerId }) => listenerId);
  if (ids.length < FEWEST_MEMBERS || ids.length > MOST_MEMBERS || new Set(ids).size < ids.length)
    throw new RangeError(
      `A blend takes ${FEWEST_MEMBERS} to ${MOST_MEMBERS} different listeners, not ${ids.length}.`,
    );
  // Sums of floating-point numbers depend on their order.
  const group = members.toSorted((a, b) => (a.listenerId < b.listenerId ? -1 : 1));
  const selection = new BlendSelection(
    group,
    gatherItems(group, options.seed, options.luck),
    options.perArtist,
  );
  const chosen = selection.take(options.count);
  const reserves = selection.take(options.reserves);
  const order = options.order(chosen.map(({ candidate }) => candidate));
  return { choices: order.flatMap((index) => chosen[index] ?? []), reserves };
}
