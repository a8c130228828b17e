/** The model that reads prompts, where one is configured. */
import type { Logger } from '../logging/logger.ts';
import type { Clock } from '../ports/clock.ts';
import type { FunctionEnvironment } from './environment.ts';
import { createVertexBriefWriter, type VertexBriefWriter } from './vertex-brief-writer.ts';

/** To be spread over the deps of `sessions`: nothing without Gemini, so that the parser reads every prompt. */
export function openBriefWriters(
  { project, gemini }: FunctionEnvironment,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): { readonly briefWriters?: VertexBriefWriter } {
  if (gemini === undefined) return {};
  return { briefWriters: createVertexBriefWriter({ project, ...gemini, clock, logger }) };
}
