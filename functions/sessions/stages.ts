/** Stages of a turn: each is timed, has a budget, and something to go on with where it fails or takes longer. */
import { messageOf } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logging/logger.ts';

export const STAGES = ['brief', 'retrieve', 'hydrate', 'score', 'rerank', 'sequence', 'serve'] as const;
export type Stage = (typeof STAGES)[number];

export interface StageTime {
  readonly stage: Stage;
  /** Wall clock. */
  readonly ms: number;
  /** What the stage had to do without. */
  readonly degraded?: readonly string[];
}

export interface Stages {
  readonly times: readonly StageTime[];
  /** Everything that any stage had to do without. */
  readonly degraded: ReadonlySet<string>;
  /** Times a stage, and what its parts had to do without. */
  run<T>(stage: Stage, work: (part: Part) => T | Promise<T>): Promise<T>;
}

/** Work of a stage that may fail, or take longer than `ms`, and then gives `otherwise`. */
export type Part = <T>(
  name: string,
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
  otherwise: T,
) => Promise<T>;

/** Milliseconds that parts may take. A catalogue that is being read for the first time is read on for the next turn. */
export interface Budgets {
  readonly model: number;
  readonly snapshot: number;
  readonly related: number;
  readonly catalogue: number;
}

export const BUDGETS: Budgets = { model: 5_000, snapshot: 5_000, related: 500, catalogue: 1_000 };

export function startStages(now: () => number, logger: Logger): Stages {
  const times: StageTime[] = [];
  const degraded = new Set<string>();
  return {
    times,
    degraded,
    async run(stage, work) {
      const started = now();
      const missed: string[] = [];
      const part: Part = async (name, ms, attempt, otherwise) => {
        try {
          return await within(ms, attempt);
        } catch (error) {
          missed.push(name);
          degraded.add(name);
          logger.warn({ stage, part: name, error: messageOf(error) }, 'a session goes on without a part');
          return otherwise;
        }
      };
      try {
        return await work(part);
      } finally {
        const ms = Math.max(0, now() - started);
        times.push({ stage, ms, ...(missed.length > 0 && { degraded: missed }) });
      }
    },
  };
}

/** What `work` gives within `ms`; throws what it throws, or Error where it takes longer, its signal being aborted then. */
async function within<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`It took longer than ${ms} ms.`);
      controller.abort(error);
      reject(error);
    }, ms);
  });
  try {
    return await Promise.race([work(controller.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
