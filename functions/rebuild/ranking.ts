/** The stage that trains: examples are counted by the warehouse, fitted here, and written by a stage like any other. */
import { MODEL_FEATURES } from '../../shared/domain/ranking-model.ts';
import {
  type ExampleCount,
  type TrainedModel,
  trainRankingModel,
} from '../../shared/domain/ranking-training.ts';
import { PermanentError } from '../../shared/errors.ts';
import type { BuildSpace, SqlValue } from '../../shared/ports/warehouse.ts';
import type { ParameterName } from '../../shared/sql/parameters.ts';
import type { StageParams } from '../../shared/sql/stage.ts';
import { stageNamed } from '../../shared/sql/stages.ts';

/** The stage whose parameters are what was learned. */
export const TRAINED_STAGE = 'ranking_model';
const EXAMPLES = stageNamed('ranking_examples');

/** Fewer servings that stayed, or that did not, teach nothing; a lead of less than two standard errors may be luck. */
const TRAINING = { leastExamples: 200, priorPrecision: 1, leastLead: 2 };

/** Columns of ranking_examples in the order of MODEL_FEATURES, in tenths. */
const FEATURE_COLUMNS = [
  'co_listening',
  'artist',
  'audio',
  'tags',
  'popularity',
  'known_artist',
  'new_artist',
] as const;

/** Weights that order pools without a model, by feature. */
const CONFIGURED: readonly (ParameterName | null)[] = [
  'weight_co_listening',
  'weight_artist',
  'weight_audio',
  'weight_tags',
  'weight_popularity',
  null,
  null,
];

function exampleOf(row: Readonly<Record<string, SqlValue>>): ExampleCount {
  return {
    features: FEATURE_COLUMNS.map((column) => Number(row[column]) / 10),
    heldOut: row.held_out === true,
    weeks: Number(row.weeks),
    heard: Number(row.heard),
    retained: Number(row.retained),
  };
}

/** Fits the model of a build whose ranking_examples stand; the configured weights are those of `parameters`. */
export async function trainModel(space: BuildSpace, parameters: StageParams): Promise<TrainedModel> {
  const of = (name: ParameterName) => {
    const value = parameters[name];
    if (typeof value !== 'number') throw new PermanentError(`Training needs the parameter ${name}.`);
    return value;
  };
  const examples: ExampleCount[] = [];
  for await (const rows of space.read(EXAMPLES)) examples.push(...rows.map(exampleOf));
  return trainRankingModel(examples, {
    configured: CONFIGURED.map((name) => (name === null ? 0 : of(name))),
    ...TRAINING,
  });
}

/** The parameters by which the stage ranking_model writes a model down, in thousandths. */
export function modelParameters({ weights, auc, configuredAuc }: TrainedModel): StageParams {
  const thousandths = (value: number | null) => Math.round((value ?? 0) * 1000);
  return {
    ...Object.fromEntries(
      MODEL_FEATURES.map((_, at) => [`model_${FEATURE_COLUMNS[at]}`, thousandths(weights[at] as number)]),
    ),
    model_auc: thousandths(auc),
    model_configured_auc: thousandths(configuredAuc),
  };
}
