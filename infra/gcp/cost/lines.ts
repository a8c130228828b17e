/** Every priced line of a deployment under a workload. */
import { addFunctions, addLoading } from './compute-lines.ts';
import { addEdge, addModel, addRest } from './platform-lines.ts';
import { type Inputs, type Line, Sheet } from './sheet.ts';
import { addBigQuery, addBigtable, addPubsub } from './store-lines.ts';

/** Every line of a month, free tiers deducted. */
export function linesOf(inputs: Inputs): Line[] {
  const sheet = new Sheet(inputs.prices);
  addFunctions(sheet, inputs);
  addPubsub(sheet, inputs);
  addBigtable(sheet, inputs);
  addBigQuery(sheet, inputs);
  addLoading(sheet, inputs);
  addRest(sheet, inputs);
  addModel(sheet, inputs);
  addEdge(sheet, inputs);
  return sheet.lines;
}
