/** From answers to figures: the share of what was asked for that the answers gave. */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { IndexedItem } from '../../domain/indexed-item.ts';
import type { BootstrapOptions, Estimate } from '../bootstrap.ts';
import { checkConstraint } from './check-playlist.ts';
import type { Constraint, ConstraintKind } from './constraint.ts';
import type { PromptCase } from './prompt-set.ts';
import { isSatisfiable } from './satisfiability.ts';
import type { World } from './track-check.ts';

/** What a prompt got. */
export interface PromptAnswer {
  readonly playlist: readonly IndexedItem[];
  /** What the answer says that it could not read or meet, in any words. */
  readonly reported: readonly string[];
}

/** `excused`: the catalogue cannot meet all of the case, and the answer says that something is not met. */
export type Outcome = 'met' | 'failed' | 'excused';

export interface JudgedPrompt {
  readonly id: string;
  /** What the catalogue lacks for all of the case at once; null: it has what is needed. */
  readonly lacking: string | null;
  readonly verdicts: readonly {
    readonly constraint: Constraint;
    readonly outcome: Outcome;
    readonly detail: string;
  }[];
}

/** Holds one answer against its case. A constraint to report something is never excused. */
export function judgePrompt(promptCase: PromptCase, answer: PromptAnswer, world: World): JudgedPrompt {
  const { id, constraints } = promptCase;
  const { satisfiable, lacking } = isSatisfiable(constraints, world);
  const excusable = !satisfiable && answer.reported.some((text) => text.trim() !== '');
  const verdicts = constraints.map((constraint) => {
    const { met, detail } = checkConstraint(constraint, answer.playlist, {
      ...world,
      reported: answer.reported,
      constraints,
    });
    const outcome: Outcome = met ? 'met' : excusable && constraint.kind !== 'reported' ? 'excused' : 'failed';
    return { constraint, outcome, detail };
  });
  return { id, lacking, verdicts };
}

export interface PromptScore {
  readonly met: number;
  readonly failed: number;
  /** Left out of the share. */
  readonly excused: number;
  /** met / (met + failed) with the interval; null where nothing counts. */
  readonly share: Estimate | null;
}

export interface PromptScores {
  readonly overall: PromptScore;
  readonly byKind: ReadonlyMap<ConstraintKind, PromptScore>;
  /** Cases instead of constraints: met where none of its constraints failed, excused where all were. */
  readonly cases: PromptScore;
}

/**
 * Shares of met constraints, overall and by kind, and of cases without a failure, with percentile bootstrap intervals
 * (95% unless told). Cases are resampled, not constraints: those of one case fail together. Throws RangeError for no cases.
 */
export function scorePrompts(judged: readonly JudgedPrompt[], options: BootstrapOptions): PromptScores {
  if (judged.length === 0) throw new RangeError('There are no prompts to score.');
  const outcomes = judged.map(({ verdicts }) => verdicts.map(({ outcome }) => outcome));
  const kinds = new Set(judged.flatMap(({ verdicts }) => verdicts.map(({ constraint }) => constraint.kind)));
  return {
    overall: scoreOf(outcomes, options),
    byKind: new Map(
      [...kinds].sort().map((kind) => [
        kind,
        scoreOf(
          judged.map(({ verdicts }) =>
            verdicts.filter(({ constraint }) => constraint.kind === kind).map(({ outcome }) => outcome),
          ),
          options,
        ),
      ]),
    ),
    cases: scoreOf(
      outcomes.map((list) => [list.includes('failed') ? 'failed' : list.includes('met') ? 'met' : 'excused']),
      options,
    ),
  };
}

/** One list of outcomes per case. */
function scoreOf(outcomes: readonly (readonly Outcome[])[], options: BootstrapOptions): PromptScore {
  const count = (list: readonly Outcome[], wanted: Outcome) =>
    list.filter((outcome) => outcome === wanted).length;
  const all = outcomes.flat();
  const [met, failed, excused] = [count(all, 'met'), count(all, 'failed'), count(all, 'excused')];
  const counted = outcomes
    .map((list) => ({ met: count(list, 'met'), of: count(list, 'met') + count(list, 'failed') }))
    .filter((one) => one.of > 0);
  if (counted.length === 0) return { met, failed, excused, share: null };
  return { met, failed, excused, share: { mean: met / (met + failed), ...interval(counted, options) } };
}

/** Percentile interval of Σ met / Σ of over resampled cases. */
function interval(
  cases: readonly { readonly met: number; readonly of: number }[],
  { seed, resamples = 1000, confidence = 0.95 }: BootstrapOptions,
): { low: number; high: number } {
  const generator = xoroshiro128plus(seed);
  // The first outputs of neighbouring seeds resemble one another.
  for (let warming = 0; warming < 20; warming++) generator.next();
  const shares = Float64Array.from({ length: resamples }, () => {
    let [met, of] = [0, 0];
    for (let draw = 0; draw < cases.length; draw++) {
      const drawn = cases[Math.floor(((generator.next() >>> 0) / 2 ** 32) * cases.length)];
      met += drawn?.met ?? 0;
      of += drawn?.of ?? 0;
    }
    return met / of;
  }).sort();
  const at = (share: number) => shares[Math.round(share * (resamples - 1))] ?? Number.NaN;
  return { low: at((1 - confidence) / 2), high: at((1 + confidence) / 2) };
}
