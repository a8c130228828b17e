/** A listener's pool in the order of a learned model: how likely each candidate is to stay with them, if they hear it. */
import type { Candidate, Generator } from './candidate.ts';

/** What a candidate is judged by, in the order of the model's weights. */
export const MODEL_FEATURES = [
  'coListening',
  'artist',
  'audio',
  'tags',
  'popularity',
  'knownArtist',
  'newArtist',
] as const;
export type ModelFeature = (typeof MODEL_FEATURES)[number];

/** Generators whose scores are features, in the order of MODEL_FEATURES. */
const SCORED: readonly Generator[] = ['co', 'artist', 'audio', 'tags', 'popular'];

/** Plays of an artist after which they are half known. */
export const HALF_KNOWN_PLAYS = 5;

/** Change of log-odds by feature, in the order of MODEL_FEATURES. Without a constant: it orders nothing. */
export type ModelWeights = readonly number[];

/** Scores of the generators, how well the artist is known, and whether they are new: each 0 to 1. */
export function featuresOf({
  evidence,
  artistPlays,
  openArtistPlays,
}: Pick<Candidate, 'evidence' | 'artistPlays' | 'openArtistPlays'>): number[] {
  const plays = openArtistPlays ?? artistPlays ?? 0;
  return [
    ...SCORED.map((generator) => evidence.find((one) => one.generator === generator)?.score ?? 0),
    plays / (plays + HALF_KNOWN_PLAYS),
    plays === 0 ? 1 : 0,
  ];
}

/** A model laid over one pool, and the features of the pool's last candidate by it, which the others are told next to. */
export interface PoolModel {
  readonly weights: ModelWeights;
  readonly least: readonly number[];
}

/**
 * The pool best first by the model; undefined where it tells none of them from another. The scores are those that the pool
 * had, handed out in the new order: what is weighed against them elsewhere weighs as much as without a model. Equal ones
 * stay in the order they came in.
 */
export function orderByModel(
  candidates: readonly Candidate[],
  weights: ModelWeights,
): { readonly candidates: Candidate[]; readonly model: PoolModel } | undefined {
  const judged = candidates.map((candidate) => {
    const features = featuresOf(candidate);
    return { candidate, features, logit: dot(weights, features) };
  });
  judged.sort((a, b) => b.logit - a.logit);
  const [first, last] = [judged[0], judged.at(-1)];
  if (first === undefined || last === undefined || first.logit === last.logit) return undefined;
  const scores = candidates.map(({ score }) => score).sort((a, b) => b - a);
  return {
    candidates: judged.map(({ candidate }, place) => ({ ...candidate, score: scores[place] as number })),
    model: { weights, least: last.features },
  };
}

/**
 * What each feature adds to a candidate's score, in shares of it: by how much of the log-odds between the candidate and the
 * last of its pool it makes up. They sum to 1, or are all 0 where there is nothing between the two.
 */
export function modelParts(
  candidate: Pick<Candidate, 'evidence' | 'artistPlays' | 'openArtistPlays'>,
  { weights, least }: PoolModel,
): Record<ModelFeature, number> {
  const addends = featuresOf(candidate).map(
    (feature, at) => (weights[at] as number) * (feature - (least[at] as number)),
  );
  const total = addends.reduce((sum, addend) => sum + addend, 0);
  const parts = MODEL_FEATURES.map(
    (name, at) => [name, total > 0 ? (addends[at] as number) / total : 0] as const,
  );
  return Object.fromEntries(parts) as Record<ModelFeature, number>;
}

function dot(weights: ModelWeights, features: readonly number[]): number {
  return weights.reduce((sum, weight, at) => sum + weight * (features[at] as number), 0);
}

/** The text of a model in a pool's head, see stages/ranking_model.sql: weights in thousandths. */
const MODEL_LINE = /^model((?: -?\d+)+)$/;

/**
 * The weights that a line of a pool's head holds; undefined for a line that is no model, null for one of other features than
 * these: a build of another version then serves in the order of its configured weights.
 */
export function parseModelLine(line: string): ModelWeights | null | undefined {
  const text = MODEL_LINE.exec(line)?.[1];
  if (text === undefined) return undefined;
  const weights = text
    .trim()
    .split(' ')
    .map((weight) => Number(weight) / 1000);
  return weights.length === MODEL_FEATURES.length ? weights : null;
}
