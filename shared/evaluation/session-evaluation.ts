/** Next-track evaluation: every prefix of every test session, the whole catalogue ranked for the track that follows. */
import {
  type BootstrapOptions,
  bootstrapDifference,
  bootstrapMean,
  type Difference,
  type Estimate,
} from './bootstrap.ts';
import type { TrackSequence } from './session-file.ts';

export interface SessionRanker {
  readonly name: string;
  /** The best tracks to follow `prefix`, at least `k` of them where there are as many; `prefix` has one or more. */
  rank(prefix: TrackSequence, k: number): readonly number[];
}

export interface NextTrackEvaluation {
  readonly ranker: string;
  readonly k: number;
  readonly sessions: number;
  readonly prefixes: number;
  /** P@k as a hit rate: the share of prefixes whose next track is among the first k. In [0, 1]. */
  readonly hitRate: Estimate;
  /** Mean over prefixes of 1/place within the first k, else 0. In [0, 1]. */
  readonly mrr: Estimate;
  /** One a session, in order, with the means above: for paired comparisons. */
  readonly values: { readonly hitRate: Float64Array; readonly mrr: Float64Array };
}

/**
 * Hit rate and MRR at k of one ranker, averaged over prefixes, with intervals over sessions. A next track that train
 * does not know is a miss: no ranker can propose it. Sessions of one track have no prefix to judge and are left out.
 * Throws RangeError where no session has two tracks and as bootstrap.ts does.
 */
export function evaluateSessions(
  ranker: SessionRanker,
  sessions: readonly TrackSequence[],
  { k, ...options }: BootstrapOptions & { readonly k: number },
): NextTrackEvaluation {
  const judged = sessions.filter((session) => session.length > 1);
  const totals = judged.map((session) => judgeSession(ranker, session, k));
  const prefixes = totals.reduce((sum, total) => sum + total.prefixes, 0);
  const values = {
    hitRate: ratioValues(totals, ({ hits }) => hits),
    mrr: ratioValues(totals, ({ reciprocal }) => reciprocal),
  };
  return {
    ranker: ranker.name,
    k,
    sessions: judged.length,
    prefixes,
    hitRate: bootstrapMean(values.hitRate, options),
    mrr: bootstrapMean(values.mrr, options),
    values,
  };
}

/** `a − b` in both measures over the same sessions, paired. Throws RangeError where their sessions differ in number. */
export function compareSessions(
  a: NextTrackEvaluation,
  b: NextTrackEvaluation,
  options: BootstrapOptions,
): { readonly hitRate: Difference; readonly mrr: Difference } {
  return {
    hitRate: bootstrapDifference(a.values.hitRate, b.values.hitRate, options),
    mrr: bootstrapDifference(a.values.mrr, b.values.mrr, options),
  };
}

interface SessionTotal {
  readonly prefixes: number;
  readonly hits: number;
  readonly reciprocal: number;
}

function judgeSession(ranker: SessionRanker, session: TrackSequence, k: number): SessionTotal {
  let hits = 0;
  let reciprocal = 0;
  for (let length = 1; length < session.length; length++) {
    const next = session[length] ?? -1;
    const place = ranker.rank(session.slice(0, length), k).slice(0, k).indexOf(next);
    if (place === -1) continue;
    hits += 1;
    reciprocal += 1 / (place + 1);
  }
  return { prefixes: session.length - 1, hits, reciprocal };
}

/**
 * One value a session whose plain mean is the mean over prefixes Σx/Σn, and whose spread is that of the ratio to first
 * order: x̄/n̄ + (x − (x̄/n̄)·n)/n̄ (Särndal, Swensson & Wretman, Model Assisted Survey Sampling, 5.6).
 */
function ratioValues(
  totals: readonly SessionTotal[],
  measure: (total: SessionTotal) => number,
): Float64Array {
  const prefixes = totals.reduce((sum, total) => sum + total.prefixes, 0);
  const ratio = totals.reduce((sum, total) => sum + measure(total), 0) / prefixes;
  const mean = prefixes / totals.length;
  return Float64Array.from(totals, (total) => ratio + (measure(total) - ratio * total.prefixes) / mean);
}
