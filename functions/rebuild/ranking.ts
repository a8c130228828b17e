/** The stage that trains: examples are counted by the warehouse, fitted here, and written by a stage like any other. */
import { MODEL_FEATURES, type ModelFeature } from '../../shared/domain/ranking-model.ts';
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

/** Of each feature its column in ranking_examples, in tenths, and the weight by which pools are ordered without a model. */
const FEATURES: Readonly<Record<ModelFeature, readonly [column: string, configured: ParameterName | null]>> =
  {
    coListening: ['co_listening', 'weight_co_listening'],
    artist: ['artist', 'weight_artist'],
    audio: ['audio', 'weight_audio'],
    tags: ['tags', 'weight_tags'],
    popularity: ['popularity', 'weight_popularity'],
    knownArtist: ['known_artist', null],
    newArtist: ['new_artist', null],
  };

function exampleOf(row: Readonly<Record<string, SqlValue>>): ExampleCount {
  return {
    features: MODEL_FEATURES.map((feature) => Number(row[FEATURES[feature][0]]) / 10),
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
    configured: MODEL_FEATURES.map((feature) => {
      const [, name] = FEATURES[feature];
      return name === null ? 0 : of(name);
    }),
    ...TRAINING,
  });
}

/** The parameters by which the stage ranking_model writes a model down, in thousandths. */
export function modelParameters({ weights, auc, configuredAuc }: TrainedModel): StageParams {
  const thousandths = (value: number | null) => Math.round((value ?? 0) * 1000);
  return {
    ...Object.fromEntries(
      MODEL_FEATURES.map((feature, at) => [
        `model_${FEATURES[feature][0]}`,
        thousandths(weights[at] as number),
      ]),
    ),
    model_auc: thousandths(auc),
    model_configured_auc: thousandths(configuredAuc),
  };
}
