/** Fits the weights of the session ranking on validation alone: one coordinate after the other, on a declared grid. */
import type { SessionWeights } from '../domain/session-neighbours.ts';

/** What was tried, in the order in which it is tried. */
export const SESSION_GRID = {
  matchDecay: [0.25, 0.5, 0.75, 1],
  likeness: [1, 1.5, 2, 3],
  distanceDecay: [0, 0.25, 0.5, 0.75],
  before: [0.5, 0.7, 1],
  ruleDecay: [0.5, 0.75, 1, 1.5],
  rules: [0.5, 0.7, 1, 1.4],
  repeated: [0.1, 0.3, 0.5, 1],
  repeatLast: [0.7, 1, 1.3, 1.6],
  repeatEarlier: [0.2, 0.4, 0.6, 0.8, 1],
} as const satisfies Partial<Record<keyof SessionWeights, readonly number[]>>;

/** Every so many validation sessions are judged, twice around the grid. */
export const SESSION_TUNING = { stride: 8, rounds: 2 } as const;

/** The search begins in the middle, by nobody's choice; `seeds` bounds what serving reads and is not searched. */
export const SESSION_START: SessionWeights = {
  seeds: 5,
  matchDecay: 1,
  likeness: 1,
  distanceDecay: 0.5,
  before: 1,
  ruleDecay: 1,
  rules: 1,
  repeated: 1,
  repeatLast: 0.7,
  repeatEarlier: 0.4,
};

export interface TuningStep {
  readonly weights: SessionWeights;
  /** What the step changed; null for the start. */
  readonly changed: { readonly name: keyof SessionWeights; readonly to: number } | null;
  readonly objective: number;
}

/**
 * Steps of the coordinate search, the best last. `measure` gives what is to be large; a value is taken only where it
 * beats the best so far, so that ties keep what was there. The same `measure` gives the same steps.
 */
export function tuneSessionWeights(
  measure: (weights: SessionWeights) => number,
  onStep: (step: TuningStep) => void = () => {},
): TuningStep[] {
  const steps: TuningStep[] = [];
  const take = (step: TuningStep) => {
    steps.push(step);
    onStep(step);
  };
  take({ weights: SESSION_START, changed: null, objective: measure(SESSION_START) });
  for (let round = 0; round < SESSION_TUNING.rounds; round++)
    for (const [name, values] of Object.entries(SESSION_GRID) as [
      keyof SessionWeights,
      readonly number[],
    ][]) {
      const from = steps.at(-1);
      if (from === undefined) return steps;
      let best = from;
      for (const to of values) {
        if (to === from.weights[name]) continue;
        const weights = { ...from.weights, [name]: to };
        const objective = measure(weights);
        if (objective > best.objective) best = { weights, changed: { name, to }, objective };
      }
      if (best !== from) take(best);
    }
  return steps;
}
