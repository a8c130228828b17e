/** What each generator adds to the pools of a split: the pipeline again without it, listener by listener. */
import type { Difference } from '../../shared/evaluation/bootstrap.ts';
import { compareEvaluations } from '../../shared/evaluation/results.ts';
import { evaluateSplit } from '../../shared/evaluation/split-evaluation.ts';
import type { Split } from '../../shared/evaluation/split-file.ts';
import type { SplitKnowledge } from '../../shared/evaluation/split-knowledge.ts';
import type { Parameters } from '../../shared/sql/parameters.ts';
import { type Engine, rankSplitByPools } from './evaluate-pipeline.ts';

const K = 20;

/** Parts of the pools by name, and the parameters without which they are not there. */
const PARTS: Readonly<Record<string, Partial<Parameters>>> = {
  'co-listening': { weight_co_listening: 0 },
  'genres and tags': { weight_tags: 0 },
  'artists alike': { weight_artist: 0 },
  'sounds alike': { weight_audio: 0 },
  'closeness of the candidate (crowding)': { crowding: 0 },
  'popularity within closeness (near_beta)': { near_beta: 0 },
  'length of the listener (gamma)': { gamma: 0 },
};

export interface Ablated {
  readonly part: string;
  /** Without the part minus with it, paired: below 0 the part helps. */
  readonly ndcg: Difference;
  readonly recall: Difference;
}

/** Every part left out once. A part that has nothing to say on this split changes nothing. */
export async function ablateSplit(
  engine: Engine,
  split: Split,
  knowledge: SplitKnowledge,
  seed: number,
): Promise<Ablated[]> {
  const judge = async (name: string, parameters: Partial<Parameters>) => {
    const ranking = await rankSplitByPools(engine, split, knowledge, { k: K, parameters });
    return evaluateSplit(name, ranking, split, { seed });
  };
  const whole = await judge('whole', {});
  const found: Ablated[] = [];
  for (const [part, parameters] of Object.entries(PARTS)) {
    const without = await judge(part, parameters);
    found.push({
      part,
      ndcg: compareEvaluations(without, whole, 'ndcg', { seed }),
      recall: compareEvaluations(without, whole, 'recall', { seed }),
    });
  }
  return found;
}
