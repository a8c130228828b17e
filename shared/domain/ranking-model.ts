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
export function featuresOf({ evidence, artistPlays }: Pick<Candidate, 'evidence' | 'artistPlays'>): number[] {
  const plays = artistPlays ?? 0;
  return [
    ...SCORED.map((generator) => evidence.find((one) => one.generator === generator)?.score ?? 0),
    plays / (plays + HALF_KNOWN_PLAYS),
    plays === 0 ? 1 : 0,
  ];
}

/** A model laid over one pool: the least of its candidates has 0, the best 1. */
export interface PoolModel {
  readonly weights: ModelWeights;
  /** Features of the pool's last candidate by the model. */
  readonly least: readonly number[];
  /** Difference of log-odds between first and last; 0 where all are alike. */
  readonly range: number;
}

/** The pool best first by the model, scores 0 to 1000; equal ones stay in the order they came in. */
export function orderByModel(
  candidates: readonly Candidate[],
  weights: ModelWeights,
): { readonly candidates: Candidate[]; readonly model: PoolModel } {
  const judged = candidates.map((candidate) => {
    const features = featuresOf(candidate);
    return { candidate, features, logit: dot(weights, features) };
  });
  judged.sort((a, b) => b.logit - a.logit);
  const [first, last] = [judged[0], judged.at(-1)];
  const least = last?.logit ?? 0;
  const range = (first?.logit ?? 0) - least;
  return {
    candidates: judged.map(({ candidate, logit }) => ({
      ...candidate,
      score: range === 0 ? 0 : (1000 * (logit - least)) / range,
    })),
    model: { weights, least: last?.features ?? [], range },
  };
}

/** What each feature adds to a candidate's score of 0 to 1, next to the last one of its pool. They sum to the score. */
export function modelParts(
  candidate: Pick<Candidate, 'evidence' | 'artistPlays'>,
  { weights, least, range }: PoolModel,
): Record<ModelFeature, number> {
  const features = featuresOf(candidate);
  const parts = MODEL_FEATURES.map((name, at) => {
    const difference = (features[at] as number) - (least[at] as number);
    return [name, range === 0 ? 0 : ((weights[at] as number) * difference) / range] as const;
  });
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
