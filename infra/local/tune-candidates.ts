/** Searches a declared grid on validation cuts of train files; the same grid and files give the same result. */
import { cutSplit } from '../../shared/evaluation/split-cut.ts';
import { evaluateSplit } from '../../shared/evaluation/split-evaluation.ts';
import type { SplitKnowledge } from '../../shared/evaluation/split-knowledge.ts';
import { DEFAULT_PARAMETERS, type ParameterName } from '../../shared/sql/parameters.ts';
import { type Engine, rankSplitByPools } from './evaluate-pipeline.ts';
import type { Tuning, TuningPoint } from './tuning-grid.ts';

export interface TrainFile {
  readonly itemsOf: ReadonlyMap<number, readonly number[]>;
  readonly knowledge: SplitKnowledge;
}

export interface Tried {
  readonly point: TuningPoint;
  /** NDCG@20 and Recall@20, means over all cuts. */
  readonly ndcg: number;
  readonly recall: number;
}

/** Judges parameters over every cut of every train file. */
export async function judgePoint(
  engine: Engine,
  trains: readonly TrainFile[],
  { seeds, share }: Pick<Tuning, 'seeds' | 'share'>,
  point: TuningPoint,
): Promise<Tried> {
  const found: { ndcg: number; recall: number }[] = [];
  for (const { itemsOf, knowledge } of trains)
    for (const seed of seeds) {
      const split = cutSplit(itemsOf, { seed, share });
      const ranking = await rankSplitByPools(engine, split, knowledge, { k: 20, parameters: point });
      const { measures } = evaluateSplit('', ranking, split, { seed, resamples: 1 });
      if (measures !== null) found.push({ ndcg: measures.ndcg.mean, recall: measures.recall.mean });
    }
  const mean = (measure: 'ndcg' | 'recall') =>
    found.reduce((sum, cut) => sum + cut[measure], 0) / found.length;
  return { point, ndcg: mean('ndcg'), recall: mean('recall') };
}

/**
 * One axis after the other, from the configured values on: of equal points the first stays. `tell` gets each point when
 * it is judged. Returns what every named parameter ended at.
 */
export async function tuneCandidates(
  tuning: Tuning,
  judge: (point: TuningPoint) => Promise<Tried>,
  tell: (tried: Tried) => void,
): Promise<Tried> {
  const names = new Set(tuning.axes.flat().flatMap((point) => Object.keys(point) as ParameterName[]));
  let point: TuningPoint = Object.fromEntries(
    [...names].sort().map((name) => [name, DEFAULT_PARAMETERS[name]]),
  );
  const known = new Map<string, Tried>();
  const judged = async (candidate: TuningPoint) => {
    const key = JSON.stringify(candidate);
    const tried = known.get(key) ?? (await judge(candidate));
    if (!known.has(key)) tell(tried);
    known.set(key, tried);
    return tried;
  };
  let best = await judged(point);
  for (const axis of tuning.axes) {
    const tried: Tried[] = [];
    for (const step of axis) tried.push(await judged({ ...point, ...step }));
    best = tried.reduce((top, other) => (other.ndcg > top.ndcg ? other : top), best);
    point = best.point;
  }
  return best;
}

/** The text of shared/sql/tuned-parameters.ts for these values. */
export function renderTuned(version: string, point: TuningPoint): string {
  const lines = Object.entries(point).map(([name, value]) => `  ${name}: ${value},`);
  return `/** Written by npm run tune from validation cuts of train files: search again instead of editing by hand. */
export const TUNED_VERSION = '${version}';

export const TUNED_PARAMETERS = {
${lines.join('\n')}
} as const;
`;
}
