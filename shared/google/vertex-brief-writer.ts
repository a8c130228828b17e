/** Gemini on Vertex AI as the BriefWriter: one call with structured output, checked like anything from outside. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { GenerateContentResponse } from '@google/genai';
import { parseWrittenBrief } from '../api/brief.ts';
import type { WrittenBrief } from '../domain/written-brief.ts';
import { InvalidInput, PermanentError, TransientError } from '../errors.ts';
import type { Logger } from '../logging/logger.ts';
import type { BriefWriter } from '../ports/brief-writer.ts';
import type { Clock } from '../ports/clock.ts';
import { answerSchema, dataParts, SYSTEM_INSTRUCTION } from './vertex-brief-prompt.ts';
import { createCallBudget } from './vertex-call-budget.ts';
import { Failure } from './vertex-failure.ts';
import { createVertexModel } from './vertex-model.ts';

export interface VertexBriefWriterOptions {
  readonly project: string;
  /** A region, a multi-region or `global`: where the listener's words are read. */
  readonly location: string;
  readonly model: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** For everything together: credentials, the call and its repetition. */
  readonly timeoutMs?: number;
  readonly callsPerMinuteAndListener?: number;
  /** Of this process. */
  readonly callsPerDay?: number;
  /** What the model thinks counts too. */
  readonly maxOutputTokens?: number;
  /** Instead of Vertex AI's own address. */
  readonly baseUrl?: string;
}

export interface VertexBriefWriter {
  /** Writes for one listener, whose calls are counted. */
  forListener(listenerId: string): BriefWriter;
}

const DEFAULTS = {
  timeoutMs: 4_000,
  callsPerMinuteAndListener: 6,
  callsPerDay: 5_000,
  maxOutputTokens: 4_096,
} as const;

/** Before the call is repeated. */
const PAUSE_MS = 200;
/** With less time left there is no sense in asking again. */
const LEAST_MS = 1_000;

/** What is written to the log of one call: nothing the listener or the model said. */
interface Account {
  outcome: string;
  attempts: number;
  usage: Readonly<Record<string, number | undefined>>;
}

/**
 * Creates it; the package is loaded, and credentials are looked for, when it is first asked. Its `write` throws
 * TransientError where the budget is used up, time runs out or Vertex AI fails, PermanentError where Vertex AI refuses
 * the call or the answer is no brief, and the signal's reason once that is aborted.
 */
export function createVertexBriefWriter(options: VertexBriefWriterOptions): VertexBriefWriter {
  const { clock, logger, model, timeoutMs, ...limits } = { ...DEFAULTS, ...options };
  const budget = createCallBudget({
    perMinute: limits.callsPerMinuteAndListener,
    perDay: limits.callsPerDay,
    clock,
  });
  const { maxOutputTokens } = limits;
  const schema = answerSchema();
  const generate = createVertexModel({
    ...options,
    instruction: SYSTEM_INSTRUCTION,
    schema,
    maxOutputTokens,
  });

  /** Takes a call from the budget or throws. */
  function take(listenerId: string): void {
    const taken = budget.take(listenerId);
    if (taken === 'taken') return;
    const whose = taken === 'listener' ? 'this listener in a minute' : 'one day';
    throw new Failure(
      `budget: ${taken}`,
      new TransientError(`The model was asked as often as is allowed for ${whose}.`),
    );
  }

  /** Asks, and once more where Vertex AI had no room or failed, while time and budget allow it. */
  async function ask(parts: readonly string[], listenerId: string, account: Account, signal: AbortSignal) {
    const until = clock.now() + timeoutMs;
    take(listenerId);
    account.attempts = 1;
    try {
      return await generate(parts, signal);
    } catch (error) {
      const isWorthIt = error instanceof Failure && error.isRepeatable;
      if (!isWorthIt || until - clock.now() < PAUSE_MS + LEAST_MS) throw error;
    }
    await sleep(PAUSE_MS, undefined, { signal });
    take(listenerId);
    account.attempts = 2;
    return generate(parts, signal);
  }

  async function write(
    parts: readonly string[],
    listenerId: string,
    account: Account,
    signal: AbortSignal,
  ): Promise<WrittenBrief> {
    const deadline = AbortSignal.timeout(timeoutMs);
    const either = AbortSignal.any([signal, deadline]);
    try {
      signal.throwIfAborted();
      // Credentials are looked for without regard to a signal, so that the deadline also counts here.
      const response = await unlessAborted(ask(parts, listenerId, account, either), either);
      account.usage = usageOf(response);
      return briefOf(response);
    } catch (error) {
      if (signal.aborted) throw new Failure('aborted', signal.reason);
      if (deadline.aborted)
        throw new Failure('timeout', new TransientError(`The model took longer than ${timeoutMs} ms.`));
      throw error;
    }
  }

  return {
    forListener: (listenerId) => ({
      async write(prompt, vocabulary, signal) {
        const began = clock.now();
        const account: Account = { outcome: 'written', attempts: 0, usage: {} };
        try {
          return await write(dataParts(prompt, vocabulary.genres), listenerId, account, signal);
        } catch (error) {
          account.outcome = error instanceof Failure ? error.outcome : 'failed';
          throw error instanceof Failure ? error.told : error;
        } finally {
          const { usage, ...rest } = account;
          const fields = {
            model,
            ...rest,
            ms: clock.now() - began,
            promptCharacters: prompt.length,
            ...usage,
          };
          if (rest.outcome === 'written') logger.info(fields, 'model asked for a brief');
          else logger.warn(fields, 'model asked for a brief');
        }
      },
    }),
  };
}

/** The brief in the answer. Throws Failure where there is none. */
function briefOf({ candidates, promptFeedback }: GenerateContentResponse): WrittenBrief {
  const [candidate] = candidates ?? [];
  const text = (candidate?.content?.parts ?? [])
    .filter(({ thought }) => thought !== true)
    .map((part) => part.text ?? '')
    .join('');
  const end = promptFeedback?.blockReason ?? candidate?.finishReason ?? 'no reason given';
  let written: unknown;
  try {
    written = JSON.parse(text);
  } catch {
    // The syntax error would quote the answer.
    throw new Failure(`no JSON: ${end}`, new PermanentError(`The model wrote no JSON (${end}).`));
  }
  try {
    return parseWrittenBrief(written);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const wrong = error.problems.length;
    throw new Failure(
      'no brief',
      new PermanentError(`What the model wrote is no brief: ${wrong} fields are wrong.`),
    );
  }
}

function usageOf({ usageMetadata: usage }: GenerateContentResponse): Account['usage'] {
  return {
    promptTokens: usage?.promptTokenCount,
    outputTokens: usage?.candidatesTokenCount,
    thoughtTokens: usage?.thoughtsTokenCount,
  };
}

/** What `work` gives, or the signal's reason as soon as that is aborted. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
