/** One call of a Gemini model on Vertex AI: fixed instruction, parts of data, an answer in JSON of one schema. */
import type { GenerateContentResponse, ThinkingConfig } from '@google/genai';
import { failureOfNetwork, failureOfStatus } from './vertex-failure.ts';

export interface VertexModelOptions {
  readonly project: string;
  /** A region, a multi-region or `global`: where what is passed is read. */
  readonly location: string;
  readonly model: string;
  readonly instruction: string;
  /** JSON Schema of the answer. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** What the model thinks counts too. */
  readonly maxOutputTokens: number;
  /** Instead of Vertex AI's own address. */
  readonly baseUrl?: string;
}

/** Asks once, with the parts as one user message. Throws Failure, and the signal's reason where that is aborted. */
export type AskModel = (parts: readonly string[], signal: AbortSignal) => Promise<GenerateContentResponse>;

/** Nothing is loaded before it is first asked: a cold start that meets no prompt does without the megabyte. */
export function createVertexModel(options: VertexModelOptions): AskModel {
  const { project, location, model, instruction, schema, maxOutputTokens, baseUrl } = options;
  const open = async () => {
    const { ApiError, GoogleGenAI, ThinkingLevel } = await import('@google/genai');
    const httpOptions = baseUrl === undefined ? {} : { httpOptions: { baseUrl } };
    // Told the project here too, the credentials do not ask the gcloud command for it, which takes seconds.
    const googleAuthOptions = { projectId: project };
    const client = new GoogleGenAI({ vertexai: true, project, location, googleAuthOptions, ...httpOptions });
    return { client, ApiError, thinking: thinkingOf(model, ThinkingLevel.LOW) };
  };
  let opened: ReturnType<typeof open> | undefined;
  return async (parts, signal) => {
    opened ??= open();
    const { client, ApiError, thinking } = await opened;
    signal.throwIfAborted();
    try {
      return await client.models.generateContent({
        model,
        contents: [{ role: 'user', parts: parts.map((text) => ({ text })) }],
        config: {
          systemInstruction: instruction,
          responseMimeType: 'application/json',
          responseJsonSchema: schema,
          temperature: 0,
          maxOutputTokens,
          candidateCount: 1,
          // One request is one call; the answer is short, and there is nothing that the model could call.
          automaticContinuation: false,
          automaticFunctionCalling: { disable: true },
          abortSignal: signal,
          ...thinking,
        },
      });
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof ApiError ? failureOfStatus(error.status) : failureOfNetwork(error);
    }
  };
}

/**
 * As little thinking as a model lets itself be asked for: a brief is a short form to fill in, and thoughts cost time.
 * Levels since Gemini 3, of which all models have LOW; a budget in 2.5, where Flash takes 0; neither before
 * (Vertex AI: Thinking).
 */
function thinkingOf(
  model: string,
  low: NonNullable<ThinkingConfig['thinkingLevel']>,
): { thinkingConfig?: ThinkingConfig } {
  const [, major = '0'] = /^gemini-(\d+)/.exec(model) ?? [];
  if (Number(major) >= 3) return { thinkingConfig: { thinkingLevel: low } };
  return model.startsWith('gemini-2.5-flash') ? { thinkingConfig: { thinkingBudget: 0 } } : {};
}
